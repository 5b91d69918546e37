import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { lambdaConfig } from '#aws/request/service-config.ts';

const variables = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

const endpointOf = (change: Readonly<Record<string, string>>): string =>
  lambdaConfig('dynamodb', { ...variables, ...change }).endpoint;

test('the endpoint is that of the Region, unless a variable names another one', () => {
  expect(endpointOf({})).toBe('https://dynamodb.eu-west-1.amazonaws.com');
  expect(endpointOf({ AWS_REGION: 'us-gov-west-1' })).toBe(
    'https://dynamodb.us-gov-west-1.amazonaws.com',
  );
  expect(endpointOf({ AWS_REGION: 'cn-north-1' })).toBe(
    'https://dynamodb.cn-north-1.amazonaws.com.cn',
  );
  const all = { AWS_ENDPOINT_URL: 'http://localhost:1' };
  expect(endpointOf(all)).toBe('http://localhost:1');
  const own = { ...all, AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:2' };
  expect(endpointOf(own)).toBe('http://localhost:2');
  expect(endpointOf({ ...own, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toBe(
    'https://dynamodb.eu-west-1.amazonaws.com',
  );
});

const regions = [
  'us-east-1',
  'ap-southeast-5',
  'us-gov-west-1',
  'cn-north-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'us-isof-south-1',
  'eu-isoe-west-1',
];

test.each(regions)('in %s, Bedrock has the endpoints that it has in the SDK', async (region) => {
  for (const [UseFIPS, UseDualStack] of [[], [true], [false, true], [true, true]] as const) {
    const { config } = new BedrockRuntimeClient({ region });
    const expected = config.endpointProvider({ Region: region, UseFIPS, UseDualStack }).url;
    const { endpoint, service } = lambdaConfig('bedrock-runtime', {
      ...variables,
      AWS_REGION: region,
      AWS_USE_FIPS_ENDPOINT: String(UseFIPS),
      AWS_USE_DUALSTACK_ENDPOINT: String(UseDualStack),
    });
    expect([service, new URL(endpoint).href]).toEqual(['bedrock', expected.href]);
  }
});

test.each([
  ['AWS_USE_FIPS_ENDPOINT', 'FIPS'],
  ['AWS_USE_DUALSTACK_ENDPOINT', 'Dualstack'],
])('with %s, a chosen endpoint is refused as in the SDK', (name, option) => {
  const chosen = { [name]: 'true', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://localhost:3' };
  expect(() => lambdaConfig('bedrock-runtime', { ...variables, ...chosen })).toThrow(
    `Invalid Configuration: ${option} and custom endpoint are not supported`,
  );
});

test('in GovCloud, the endpoint of DynamoDB is always a FIPS endpoint', () => {
  const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
  expect(endpointOf({ ...fips, AWS_REGION: 'us-gov-west-1' })).toBe(
    'https://dynamodb.us-gov-west-1.amazonaws.com',
  );
  expect(endpointOf(fips)).toBe('https://dynamodb-fips.eu-west-1.amazonaws.com');
});

test('the credentials are those of the execution environment', () => {
  expect(lambdaConfig('dynamodb', variables)).toMatchObject({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
  });
});

test.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
  'an environment without %s is refused with an error that names it',
  (name) => {
    expect(() => lambdaConfig('dynamodb', { ...variables, [name]: '' })).toThrow(
      `${name}: must be set`,
    );
  },
);
