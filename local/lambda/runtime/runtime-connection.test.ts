import http from 'node:http';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connectRuntime } from './runtime-connection.ts';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: net.Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

test('requests that are sent together are answered in their order', async () => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => seen.push(text));
    request.on('end', () => {
      const body = `${request.method} ${request.url}`;
      response.writeHead(200, { 'content-length': body.length, 'X-Name': 'a: b' }).end(body);
    });
    request.resume();
  });
  const { send } = connectRuntime(await listen(server));
  const [posted, polled] = await Promise.all([
    send({ method: 'POST', path: '/response', body: '"é"' }),
    send({ method: 'GET', path: '/next' }),
  ]);
  expect(posted.body).toBe('POST /response');
  expect(posted.headers.get('x-name')).toBe('a: b');
  expect(polled.body).toBe('GET /next');
  expect(seen).toEqual(['"é"']);
});

test('a response may arrive byte by byte, and another one with its last byte', async () => {
  const text = 'こんにちは';
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
  const bytes = Buffer.from(`${head}${text}${head}${text}`);
  const middle = bytes.length / 2;
  const address = await listen(
    net.createServer((socket) => {
      socket.setNoDelay(true);
      socket.once('data', () => void writeSlowly(socket));
    }),
  );
  async function writeSlowly(socket: net.Socket): Promise<void> {
    for (let at = 0; at < middle - 1; at += 1) {
      socket.write(bytes.subarray(at, at + 1));
      await new Promise(setImmediate);
    }
    socket.end(bytes.subarray(middle - 1));
  }
  const { send } = connectRuntime(address);
  const responses = await Promise.all([
    send({ method: 'GET', path: '/' }),
    send({ method: 'GET', path: '/' }),
  ]);
  expect(responses.map(({ body }) => body)).toEqual([text, text]);
});

test('a connection that closes fails what waits for it', async () => {
  const { send } = connectRuntime(await listen(net.createServer((socket) => socket.end())));
  await expect(send({ method: 'GET', path: '/' })).rejects.toThrow('closed the connection');
});
