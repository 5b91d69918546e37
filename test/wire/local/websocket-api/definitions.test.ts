import { expect, onTestFinished, test } from 'vitest';
import { hostResources } from '#test/fixtures/template.ts';
import { handlers, webSocketApi } from '#test/fixtures/web-socket-api.ts';
import { ask, openSocket } from '#test/fixtures/web-sockets.ts';

type Resources = Readonly<Record<string, unknown>>;

const api: Resources = {
  ...handlers('echo'),
  ...webSocketApi('Api', { silent: {}, responding: { echo: 'echo' } }),
};

/** A route of the API with properties of its own. */
function route(properties: Resources): Resources {
  return {
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'own', ...properties },
    },
  };
}

/** An integration of the API, and a route to it. */
function integration(type: string, more: Resources = {}): Resources {
  return {
    ...route({ Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Own' }]] } }),
    Own: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Api' }, IntegrationType: type, ...more },
    },
  };
}

const CredentialsArn = 'arn:aws:iam::000000000000:role/own';

const uri = (rest: string): string => `arn:aws:apigateway:us-east-1:${rest}`;

test.each<[string, Resources]>([
  [
    'Route.AuthorizationType: authorization is restricted to the $connect route only',
    route({ AuthorizationType: 'AWS_IAM' }),
  ],
  [
    'Route.AuthorizerId: there is no such authorizer',
    route({ RouteKey: '$connect', AuthorizationType: 'CUSTOM', AuthorizerId: 'none' }),
  ],
  ['Route.Target: there is no integration other', route({ Target: 'integrations/other' })],
  [
    'Own.TimeoutInMillis: must be from 50 to 29000',
    integration('AWS_PROXY', { IntegrationUri: 'x', TimeoutInMillis: 29_001 }),
  ],
  [
    'Own.CredentialsArn: Role ARN must be specified for AWS integrations',
    integration('AWS', { IntegrationUri: uri('kinesis:action/PutRecord') }),
  ],
  [
    'Own.IntegrationUri: AWS ARN for integration contains invalid action',
    integration('AWS', { CredentialsArn, IntegrationUri: uri('sqs:action/Send') }),
  ],
  [
    'Own.IntegrationUri: Invalid HTTP endpoint specified for URI: example.com',
    integration('HTTP', { IntegrationUri: 'example.com' }),
  ],
  [
    'Own.RequestParameters: Invalid mapping expression specified',
    integration('HTTP', {
      IntegrationUri: 'http://localhost',
      RequestParameters: { 'integration.request.header.x': 'method.request.header.x' },
    }),
  ],
])('a template is refused: %s', async (message, wrong) => {
  await expect(hostResources({ ...api, ...wrong })).rejects.toThrow(message);
});

test('a service that is not hosted is named, and fails when it is called', async () => {
  const IntegrationUri = uri('kinesis:action/PutRecord');
  const kinesis = integration('AWS', { CredentialsArn, IntegrationUri });
  const system = await hostResources({ ...api, ...kinesis });
  onTestFinished(() => system.close());
  expect(system.state.notices).toContain('Api own: The service kinesis is not hosted here.');
  const client = await openSocket(system.state.webSocketApis?.['Api']?.url ?? '');
  expect(await ask(client, { action: 'own' })).toMatchObject({ message: 'Internal server error' });
});

test('connections end with the host', async () => {
  const system = await hostResources(api);
  const client = await openSocket(system.state.webSocketApis?.['Api']?.url ?? '');
  await system.close();
  expect((await client.closed).code).toBe(1006);
});
