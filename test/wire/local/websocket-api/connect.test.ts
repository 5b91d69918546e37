import { once } from 'node:events';
import http from 'node:http';
import { APIGatewayProxyWebsocketEventSchema } from '@aws-lambda-powertools/parser/schemas/api-gateway-websocket';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { schemaDifferences } from '#test/fixtures/schema-differences.ts';
import { hostResources } from '#test/fixtures/template.ts';
import { handlers, uriOf, webSocketApi } from '#test/fixtures/web-socket-api.ts';
import {
  ask,
  openSocket,
  type SocketClient,
  type SocketOptions,
} from '#test/fixtures/web-sockets.ts';

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  const silent = { $connect: 'connect' };
  const responding = { $default: 'echo' };
  system = await hostResources({
    ...handlers('connect', 'echo', 'judge'),
    ...webSocketApi('Api', { silent, responding }),
    ...webSocketApi('Judged', {
      silent,
      responding,
      connect: { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Judge' } },
    }),
    Judge: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Judged' },
        Name: 'judge',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: uriOf('judge'),
        IdentitySource: ['route.request.querystring.token'],
      },
    },
    ...webSocketApi('Signed', {
      silent,
      responding,
      connect: { AuthorizationType: 'AWS_IAM' },
    }),
  });
});

afterAll(() => system.close());

function urlOf(api: string): string {
  return system.state.webSocketApis?.[api]?.url ?? '';
}

async function open(url: string, options: SocketOptions = {}): Promise<SocketClient> {
  const client = await openSocket(url, options);
  onTestFinished(() => client.socket.terminate());
  return client;
}

test('$connect has the event of API Gateway', async () => {
  const headers = { 'X-Own': 'yes', 'User-Agent': 'test' };
  await open(`${urlOf('Api')}?a=1&a=2`, { headers });
  const line = await vi.waitUntil(() =>
    system.lines.find((each) => each.includes('connect {') && each.includes('X-Own')),
  );
  const id = expect.stringMatching(/^[\w-]{15}=$/u);
  expect(JSON.parse(line.slice(line.indexOf('{')))).toEqual({
    headers: expect.objectContaining(headers),
    multiValueHeaders: expect.objectContaining({ 'X-Own': ['yes'], 'User-Agent': ['test'] }),
    queryStringParameters: { a: '2' },
    multiValueQueryStringParameters: { a: ['1', '2'] },
    requestContext: {
      routeKey: '$connect',
      eventType: 'CONNECT',
      extendedRequestId: id,
      requestTime: expect.any(String),
      messageDirection: 'IN',
      stage: 'prod',
      connectedAt: expect.any(Number),
      requestTimeEpoch: expect.any(Number),
      identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
      requestId: id,
      domainName: new URL(urlOf('Api')).host,
      connectionId: id,
      apiId: expect.any(String),
    },
    isBase64Encoded: false,
  });
});

test.each([
  ['mode=throw', 502, 'Internal server error'],
  ['mode=malformed', 502, 'Internal server error'],
  ['status=401', 401, 'Unauthorized'],
  ['status=403', 403, 'Forbidden'],
])('$connect with %s refuses with %i', async (query, status, message) => {
  const id = expect.any(String);
  await expect(open(`${urlOf('Api')}?${query}`)).rejects.toMatchObject({
    status,
    body: { message, connectionId: id, requestId: id },
  });
});

test('a path that is no stage is refused', async () => {
  await expect(open(`${urlOf('Api')}/other`)).rejects.toMatchObject({ status: 403 });
});

test('a request that is no handshake is refused before it reaches $connect', async () => {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'X-Wrong': 'yes' };
  const request = http.get(urlOf('Api').replace('ws:', 'http:'), { headers });
  const [response] = await once(request, 'response');
  expect(response.resume().statusCode).toBe(400);
  await open(urlOf('Api'), { headers: { 'X-Right': 'yes' } });
  await vi.waitUntil(() => system.lines.some((line) => line.includes('X-Right')));
  expect(system.lines.some((line) => line.includes('X-Wrong'))).toBe(false);
});

test('web pages of other origins are refused', async () => {
  const headers = { origin: 'https://evil.example' };
  await expect(openSocket(urlOf('Api'), { headers })).rejects.toMatchObject({ status: 403 });
});

test('the subprotocol is the one that $connect returns', async () => {
  const client = await open(`${urlOf('Api')}?protocol=two`, { protocols: ['one', 'two'] });
  expect(client.socket.protocol).toBe('two');
});

test('an authorizer decides before the upgrade, and its context is in every event', async () => {
  const refused = async (query: string): Promise<unknown> =>
    openSocket(`${urlOf('Judged')}${query}`).catch((error: unknown) => error);
  expect(await refused('')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
  expect(await refused('?token=unknown')).toMatchObject({ status: 401 });
  expect(await refused('?token=bad')).toMatchObject({ status: 403 });
  expect(await refused('?token=broken')).toMatchObject({ status: 500 });
  const client = await open(`${urlOf('Judged')}?token=good&token=good`);
  const { requestContext } = await ask(client, 'hi');
  const { event, ...authorizer } = Object(requestContext['authorizer']);
  expect(authorizer).toEqual({
    principalId: 'ada',
    age: '7',
    integrationLatency: expect.any(Number),
  });
  const authorizerEvent: unknown = JSON.parse(event);
  expect(authorizerEvent).toMatchObject({
    type: 'REQUEST',
    methodArn: expect.stringMatching(
      /^arn:aws:execute-api:us-east-1:\d{12}:\w{10}\/prod\/\$connect$/u,
    ),
    headers: { 'Sec-WebSocket-Version': '13', Upgrade: 'websocket' },
    multiValueHeaders: { 'Sec-WebSocket-Version': ['13'] },
    queryStringParameters: { token: 'good' },
    multiValueQueryStringParameters: { token: ['good', 'good'] },
    stageVariables: {},
    requestContext: { routeKey: '$connect', eventType: 'CONNECT' },
  });
  // The schema is that of an authorizer, with two members of other events.
  const differences = schemaDifferences(APIGatewayProxyWebsocketEventSchema, authorizerEvent);
  expect(differences).toEqual(['!isBase64Encoded', '-body', '-requestContext.identity.userAgent']);
});

test('IAM accepts a signature in the headers or in the query, and no other caller', async () => {
  const url = urlOf('Signed');
  await expect(open(url)).rejects.toMatchObject({
    status: 403,
    body: { message: 'Missing Authentication Token' },
  });
  const signed = async (service: string, signQuery: boolean): Promise<Request> => {
    const { credentials } = system.state;
    const client = new AwsClient({ ...credentials, region: 'us-east-1', service });
    const query = signQuery ? '?X-Amz-Expires=300' : '';
    return client.sign(`${url.replace('ws:', 'http:')}${query}`, { aws: { signQuery } });
  };
  const byQuery = await signed('execute-api', true);
  const client = await open(byQuery.url.replace('http:', 'ws:'));
  expect((await ask(client, 'hi')).requestContext['identity']).toMatchObject({
    accessKey: system.state.credentials.accessKeyId,
  });
  const byHeaders = await signed('execute-api', false);
  await open(url, { headers: Object.fromEntries(byHeaders.headers) });
  const other = await signed('lambda', false);
  const headers = Object.fromEntries(other.headers);
  await expect(open(url, { headers })).rejects.toMatchObject({ status: 403 });
});
