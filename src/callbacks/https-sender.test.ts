import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { createHttpsSender } from '#callbacks/https-sender.ts';
import { isPublicAddress } from '#callbacks/public-address.ts';
import { hostileUrls } from '#test/fixtures/hostile-urls.ts';

const strict = { allowsLoopback: false };

test.each(hostileUrls)('no callback is sent to %j, even if a task has it', async (url) => {
  const sender = createHttpsSender({ ...strict, resolve: () => expect.unreachable() });
  expect(await sender.send(url, message)).toMatchObject({ type: 'refused' });
});

/** Addresses that an innocent host name may resolve to. */
const hostileAddresses: readonly (readonly string[])[] = [
  ['127.0.0.1'],
  ['169.254.169.254'],
  ['93.184.216.34', '10.0.0.7'],
  ['10.1.2.3', '93.184.216.34'],
  ['::1'],
  ['::ffff:169.254.169.254'],
  ['fd00:ec2::254'],
  ['fe80::1%eth0'],
  ['2001:db8::1'],
  ['2001::1'],
  ['2002:a9fe:a9fe::'],
  ['64:ff9b::a9fe:a9fe'],
  ['100.100.100.200'],
  ['198.18.0.1'],
  ['224.0.0.1'],
  ['255.255.255.255'],
  [],
];

const message = { id: 'msg_1', sentAtMs: 1_000, body: '{}', secrets: ['whsec_AAAA'] };

test.each(hostileAddresses)('a host name that resolves to %s is refused', async (...texts) => {
  const addresses: LookupAddress[] = texts.map((address) => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  const sender = createHttpsSender({ ...strict, resolve: (_, done) => done(null, addresses) });
  expect(await sender.send('https://innocent.example.net/', message)).toEqual({
    type: 'refused',
    problem: 'The host name resolves to an address that is not public.',
  });
});

test('an unknown host name is a failure that is retried', async () => {
  const unknown = Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
  const sender = createHttpsSender({ ...strict, resolve: (_, done) => done(unknown) });
  expect(await sender.send('https://innocent.example.net/', message)).toEqual({
    type: 'failed',
    problem: 'The host name could not be resolved.',
  });
  // The same with the lookup of Node.
  const real = createHttpsSender({ ...strict, timeoutMs: 5_000 });
  expect(await real.send('https://nobody.example.net/', message)).toMatchObject({ type: 'failed' });
});

test('addresses on the internet are public', () => {
  for (const address of ['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111']) {
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
  }
});

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

function listen(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  servers.push(server);
  return listenOn(server);
}

async function listenOn(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const loopback = createHttpsSender({ allowsLoopback: true, timeoutMs: 300 });

test('the library of Standard Webhooks verifies the signature of a message', async () => {
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_b2xkLW9sZC1vbGQtb2xkLW9sZA=='];
  let verified: unknown[] = [];
  const url = await listen(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const headers = request.headers as Record<string, string>;
    verified = secrets.map((secret) => new Webhook(secret).verify(body, headers));
    response.end();
  });
  const body = '{"type":"task.succeeded","text":"日本語"}';
  const sent = { id: 'msg_1', sentAtMs: Date.now(), body, secrets };
  expect(await loopback.send(url, sent)).toEqual({ type: 'accepted' });
  expect(verified).toEqual([JSON.parse(body), JSON.parse(body)]);
});

test('a redirect is not followed', async () => {
  let followed = false;
  const secret = await listen((_, response) => {
    followed = true;
    response.end();
  });
  const url = await listen((_, response) => response.writeHead(307, { location: secret }).end());
  expect(await loopback.send(url, message)).toMatchObject({
    type: 'failed',
    problem: 'The server answered 307; redirects are not followed.',
  });
  expect(followed).toBe(false);
});

test.each([
  [500, 'failed'],
  [404, 'failed'],
  [410, 'refused'],
  [204, 'accepted'],
] as const)('a response with status %s is %s', async (status, type) => {
  const url = await listen((_, response) => response.writeHead(status).end());
  expect(await loopback.send(url, message)).toMatchObject({ type });
});

test('a protocol upgrade is a failure and does not block the sender', async () => {
  const server = http.createServer();
  servers.push(server);
  const url = await listenOn(server);
  server.on('connection', (socket) => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    socket.once('data', () => socket.write(answer));
  });
  expect(await loopback.send(url, message)).toMatchObject({ type: 'failed' });
});

test('a server that never responds or never finishes causes a timeout', async () => {
  const silent = await listen(() => undefined);
  const endless = await listen((_, response) => {
    response.writeHead(500);
    const trickle = setInterval(() => response.write('.'), 20);
    response.once('close', () => clearInterval(trickle));
  });
  for (const url of [silent, endless]) {
    const problem = 'The server did not answer in time.';
    expect(await loopback.send(url, message)).toEqual({ type: 'failed', problem });
  }
});

test('a success status counts as accepted, even if the rest of the response never arrives', async () => {
  const endless = await listen((_, response) => {
    response.writeHead(202);
    const trickle = setInterval(() => response.write('.'), 20);
    response.once('close', () => clearInterval(trickle));
  });
  const broken = await listen((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  for (const url of [endless, broken]) {
    expect(await loopback.send(url, message)).toEqual({ type: 'accepted' });
  }
});

test('a response of unlimited size is not read to its end', async () => {
  let written = 0;
  const url = await listen((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000))) written += 10_000;
      response.once('drain', pour);
    };
    pour();
  });
  expect(await loopback.send(url, message)).toEqual({ type: 'accepted' });
  expect(written).toBeLessThan(20_000_000);
});
