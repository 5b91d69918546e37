/** Where a service is, and who calls it. */
export interface ServiceConfig {
  /** The name of the service in signatures. */
  readonly service: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** Authorizes requests in place of a signature. */
  readonly bearerKey?: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Services whose endpoint has another name than their signatures. */
const signingNames: Readonly<Record<string, string>> = { 'bedrock-runtime': 'bedrock' };

/**
 * Returns what a function on Lambda knows about a service from its environment variables. The
 * credentials of an environment never change. `AWS_ENDPOINT_URL` and its form with the name of the
 * service replace the public endpoint, and `AWS_BEARER_TOKEN_BEDROCK` the signature, as in the SDKs.
 * Throws an error that names a missing variable.
 */
export function lambdaConfig(service: string, variables: Variables = process.env): ServiceConfig {
  const region = requireVariable(variables, 'AWS_REGION');
  const sessionToken = variables['AWS_SESSION_TOKEN'];
  const signingName = signingNames[service] ?? service;
  const bearerKey = variables[`AWS_BEARER_TOKEN_${toVariableName(signingName)}`];
  return {
    service: signingName,
    region,
    endpoint: endpointOf(service, region, variables),
    credentials: {
      accessKeyId: requireVariable(variables, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable(variables, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    ...(bearerKey === undefined || bearerKey === '' ? {} : { bearerKey }),
  };
}

/** The domains of AWS's partitions, by the beginning of their Regions' names. */
const domains: Readonly<Record<string, Domains>> = {
  'cn-': { usual: 'amazonaws.com.cn', dualStack: 'api.amazonwebservices.com.cn' },
  'eusc-': { usual: 'amazonaws.eu', dualStack: 'api.amazonwebservices.eu' },
  'us-iso-': { usual: 'c2s.ic.gov', dualStack: 'api.aws.ic.gov' },
  'us-isob-': { usual: 'sc2s.sgov.gov', dualStack: 'api.aws.scloud' },
  'us-isof-': { usual: 'csp.hci.ic.gov', dualStack: 'api.aws.hci.ic.gov' },
  'eu-isoe-': { usual: 'cloud.adc-e.uk', dualStack: 'api.cloud-aws.adc-e.uk' },
};

interface Domains {
  readonly usual: string;
  readonly dualStack: string;
}

const commonDomains: Domains = { usual: 'amazonaws.com', dualStack: 'api.aws' };

function endpointOf(service: string, region: string, variables: Variables): string {
  const isFips = variables['AWS_USE_FIPS_ENDPOINT'] === 'true';
  const isDualStack = variables['AWS_USE_DUALSTACK_ENDPOINT'] === 'true';
  const chosen = chosenEndpoint(service, variables);
  if (chosen !== undefined) {
    const [option] = [...(isFips ? ['FIPS'] : []), ...(isDualStack ? ['Dualstack'] : [])];
    if (option === undefined) return chosen;
    throw new Error(`Invalid Configuration: ${option} and custom endpoint are not supported`);
  }
  // In GovCloud, the only endpoints of DynamoDB are FIPS endpoints.
  const hasOwnName = isFips && !(service === 'dynamodb' && region.startsWith('us-gov-'));
  const partition = Object.entries(domains).find(([start]) => region.startsWith(start));
  const { usual, dualStack } = partition?.[1] ?? commonDomains;
  return `https://${service}${hasOwnName ? '-fips' : ''}.${region}.${isDualStack ? dualStack : usual}`;
}

function chosenEndpoint(service: string, variables: Variables): string | undefined {
  if (variables['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const own = variables[`AWS_ENDPOINT_URL_${toVariableName(service)}`];
  return own ?? variables['AWS_ENDPOINT_URL'];
}

function toVariableName(service: string): string {
  return service.replaceAll('-', '_').toUpperCase();
}

function requireVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
