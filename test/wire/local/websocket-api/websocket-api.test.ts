import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostResources } from '#test/fixtures/template.ts';
import { handlers, webSocketApi } from '#test/fixtures/web-socket-api.ts';
import {
  ask,
  openSocket,
  type EchoedEvent,
  type SocketClient,
} from '#test/fixtures/web-sockets.ts';

const clock = createManualClock(Date.now());

const own = { $connect: 'connect', $disconnect: 'disconnect' };

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  system = await hostResources(
    {
      ...handlers('connect', 'disconnect', 'echo', 'throws', 'plain', 'bytes'),
      ...webSocketApi('Api', {
        silent: { ...own, silent: 'echo', throws: 'throws', plain: 'plain' },
        responding: { echo: 'echo', bytes: 'bytes', $default: 'echo' },
        variables: { colour: 'blue' },
      }),
      ...webSocketApi('Bare', { silent: { known: 'echo' }, responding: {} }),
    },
    {},
    { clock },
  );
});

afterAll(() => system.close());

function urlOf(api: string): string {
  return system.state.webSocketApis?.[api]?.url ?? '';
}

async function open(url = urlOf('Api')): Promise<SocketClient> {
  const client = await openSocket(url);
  onTestFinished(() => client.socket.terminate());
  return client;
}

async function idOf(client: SocketClient): Promise<string> {
  return String((await ask(client, { action: 'echo' })).requestContext['connectionId']);
}

/** Returns the line with the event of `$disconnect` that a connection has caused. */
async function disconnectEvent(id: string): Promise<EchoedEvent> {
  const line = await vi.waitUntil(() =>
    system.lines.find((each) => each.includes('disconnect {') && each.includes(id)),
  );
  return JSON.parse(line.slice(line.indexOf('{')));
}

function management(): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    endpoint: urlOf('Api').replace('ws:', 'http:'),
    region: 'us-east-1',
    credentials: system.state.credentials,
    maxAttempts: 1,
  });
}

test('a message has the event of API Gateway and goes to the route that it names', async () => {
  const client = await open();
  const event = await ask(client, { action: 'echo', text: 'hi' });
  const id = expect.stringMatching(/^[\w-]{15}=$/u);
  expect(event).toEqual({
    stageVariables: { colour: 'blue' },
    requestContext: {
      routeKey: 'echo',
      messageId: id,
      eventType: 'MESSAGE',
      extendedRequestId: id,
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/u),
      messageDirection: 'IN',
      stage: 'prod',
      connectedAt: expect.any(Number),
      requestTimeEpoch: expect.any(Number),
      identity: { sourceIp: '127.0.0.1' },
      requestId: id,
      domainName: new URL(urlOf('Api')).host,
      connectionId: id,
      apiId: expect.stringMatching(/^[a-z\d]{10}$/u),
    },
    body: '{"action":"echo","text":"hi"}',
    isBase64Encoded: false,
  });
});

test.each([
  [{ action: 'unknown' }, '$default'],
  [{ action: '$connect' }, '$default'],
  [{ other: 1 }, '$default'],
  ['no JSON', '$default'],
  ['[1]', '$default'],
])('%j goes to %s', async (message, routeKey) => {
  const { requestContext } = await ask(await open(), message);
  expect(requestContext['routeKey']).toBe(routeKey);
});

test('without a route response nothing is returned', async () => {
  const client = await open();
  client.socket.send('{"action":"silent"}');
  expect((await ask(client, { action: 'echo' })).requestContext['routeKey']).toBe('echo');
});

test('bytes in Base64 are a binary message', async () => {
  const client = await open();
  const isBinary = new Promise((resolve) =>
    client.socket.once('message', (data, binary) => resolve([binary, data])),
  );
  client.socket.send('{"action":"bytes"}');
  expect(await isBinary).toEqual([true, Buffer.from('/wD+', 'base64')]);
});

test.each(['throws', 'plain'])(
  'the client hears of the failure of the route %s',
  async (action) => {
    const client = await open();
    const connectionId = await idOf(client);
    const id = expect.any(String);
    const message = 'Internal server error';
    expect(await ask(client, { action })).toEqual({ message, connectionId, requestId: id });
  },
);

test('without a route for a message the client receives Forbidden', async () => {
  const client = await open(urlOf('Bare'));
  expect(await ask(client, { action: 'unknown' })).toMatchObject({ message: 'Forbidden' });
});

test('$disconnect has the code and the reason of the client', async () => {
  const [said, unsaid] = [await open(), await open()];
  const ids = [await idOf(said), await idOf(unsaid)] as const;
  said.socket.close(4001, 'bye');
  unsaid.socket.close();
  expect((await disconnectEvent(ids[0])).requestContext).toMatchObject({
    routeKey: '$disconnect',
    eventType: 'DISCONNECT',
    disconnectStatusCode: 4001,
    disconnectReason: 'bye',
  });
  expect((await disconnectEvent(ids[1])).requestContext).toMatchObject({
    disconnectStatusCode: 1005,
    disconnectReason: 'Client-side close frame status not set',
  });
});

test('the management API describes, sends to and closes a connection', async () => {
  const client = await open();
  const ConnectionId = await idOf(client);
  const api = management();
  const described = await api.send(new GetConnectionCommand({ ConnectionId }));
  expect(described).toMatchObject({ Identity: { SourceIp: '127.0.0.1' } });
  expect(described.ConnectedAt).toBeInstanceOf(Date);
  expect(described.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(
    described.ConnectedAt?.getTime() ?? Infinity,
  );
  await api.send(new PostToConnectionCommand({ ConnectionId, Data: 'こんにちは' }));
  expect(await client.next()).toBe('こんにちは');
  const Data = 'x'.repeat(128 * 1024);
  await api.send(new PostToConnectionCommand({ ConnectionId, Data }));
  expect(await client.next()).toBe(Data);
  await expect(
    api.send(new PostToConnectionCommand({ ConnectionId, Data: `${Data}x` })),
  ).rejects.toMatchObject({
    name: 'PayloadTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
  await api.send(new DeleteConnectionCommand({ ConnectionId }));
  const gone = { name: 'GoneException', $metadata: { httpStatusCode: 410 } };
  await expect(
    api.send(new PostToConnectionCommand({ ConnectionId, Data: 'late' })),
  ).rejects.toMatchObject(gone);
  await expect(api.send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject(gone);
  await client.closed;
  await disconnectEvent(ConnectionId);
});

test('the management API refuses unsigned calls, malformed ids and other APIs', async () => {
  const ConnectionId = await idOf(await open());
  const base = urlOf('Api').replace('ws:', 'http:');
  const path = `/@connections/${encodeURIComponent(ConnectionId)}`;
  expect((await fetch(`${base}${path}`)).status).toBe(403);
  await expect(
    management().send(new GetConnectionCommand({ ConnectionId: 'x' })),
  ).rejects.toMatchObject({ name: 'BadRequestException' });
  const { credentials } = system.state;
  const signer = new AwsClient({ ...credentials, region: 'us-east-1', service: 'execute-api' });
  expect((await signer.fetch(`${base}${path}`)).status).toBe(200);
  const bare = urlOf('Bare').replace('ws:', 'http:');
  expect((await signer.fetch(`${bare}${path}`)).status).toBe(410);
  expect((await signer.fetch(`${base}/elsewhere`)).status).toBe(403);
});

test('messages have up to 128 KB, in frames of up to 32 KB', async () => {
  const frame = 'x'.repeat(32 * 1024);
  const whole = await open();
  for (let index = 0; index < 4; index += 1) whole.socket.send(frame, { fin: index === 3 });
  expect(JSON.parse(await whole.next())['body']).toHaveLength(128 * 1024);
  const [longFrame, longMessage, bytes] = [await open(), await open(), await open()];
  longFrame.socket.send(`${frame}x`);
  expect((await longFrame.closed).code).toBe(1009);
  for (let index = 0; index < 5; index += 1) longMessage.socket.send(frame, { fin: index === 4 });
  expect((await longMessage.closed).code).toBe(1009);
  bytes.socket.send(Buffer.from('hi'));
  expect((await bytes.closed).code).toBe(1003);
});

test('a connection ends after 10 idle minutes, and after 2 hours in any case', async () => {
  const [idle, busy] = [await open(), await open()];
  const id = await idOf(idle);
  await idOf(busy);
  await clock.advance(10 * 60_000 - 1);
  await idOf(busy);
  await clock.advance(1);
  expect(await idle.closed).toEqual({ code: 1001, reason: 'Going away' });
  const event = await disconnectEvent(id);
  expect(event.requestContext).toMatchObject({
    disconnectStatusCode: 1001,
    disconnectReason: 'Going away',
  });
  for (let minute = 10; minute < 119; minute += 9) {
    await clock.advance(9 * 60_000);
    if (busy.socket.readyState === busy.socket.OPEN && minute < 111) await idOf(busy);
  }
  expect((await busy.closed).code).toBe(1001);
});
