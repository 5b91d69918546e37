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
