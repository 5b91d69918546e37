/** Where a service is, and who calls it. */
export interface ServiceConfig {
  /** The name of the service in signatures. */
  readonly service: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The domains of AWS's partitions, by the beginning of their Regions' names. */
const domains: Readonly<Record<string, string>> = { 'cn-': 'amazonaws.com.cn' };

/**
 * Returns what a function on Lambda knows about a service from its environment variables. The
 * credentials of an environment never change. `AWS_ENDPOINT_URL` and its form with the name of the
 * service replace the public endpoint, as in the SDKs. Throws an error that names a missing variable.
 */
export function lambdaConfig(service: string, variables: Variables = process.env): ServiceConfig {
  const region = requireVariable(variables, 'AWS_REGION');
  const sessionToken = variables['AWS_SESSION_TOKEN'];
  const [, domain] = Object.entries(domains).find(([start]) => region.startsWith(start)) ?? [];
  return {
    service,
    region,
    endpoint:
      chosenEndpoint(service, variables) ??
      `https://${service}.${region}.${domain ?? 'amazonaws.com'}`,
    credentials: {
      accessKeyId: requireVariable(variables, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable(variables, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}

function chosenEndpoint(service: string, variables: Variables): string | undefined {
  if (variables['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const own = variables[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
  return own ?? variables['AWS_ENDPOINT_URL'];
}

function requireVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
