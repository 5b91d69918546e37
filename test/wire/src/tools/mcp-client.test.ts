import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMcp } from '#tools/mcp-client.ts';
import { openMcpServer } from '#tools/mcp-tools.ts';
import { startMcpServer } from '#test/fixtures/mcp-server.ts';

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
let server: http.Server;
let url = '';
let ignoresDelete = false;
let openStreams = 0;

/** A server with one session per client, each with a stream for notifications. */
async function sessionOf(
  id: string | undefined,
): Promise<WebStandardStreamableHTTPServerTransport> {
  const existing = sessions.get(id ?? '');
  if (existing !== undefined) return existing;
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (created) => void sessions.set(created, transport),
    onsessionclosed: (closed) => void sessions.delete(closed),
  });
  const mcp = new McpServer({ name: 'old', version: '1.0.0' });
  mcp.registerTool('hello', {}, async () => ({ content: [{ type: 'text', text: 'Hello' }] }));
  await mcp.connect(transport);
  return transport;
}

beforeAll(async () => {
  server = http.createServer(async (request, response) => {
    const { method = 'GET', headers, url: path = '/' } = request;
    if (method === 'DELETE' && ignoresDelete) return;
    const body = Buffer.concat(await Array.fromAsync(request));
    const webRequest = new Request(new URL(path, url), {
      method,
      headers: headers as Record<string, string>,
      ...(method === 'POST' ? { body } : {}),
    });
    const transport = await sessionOf(headers['mcp-session-id']?.toString());
    const answer = await transport.handleRequest(webRequest);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) {
      response.end();
      return;
    }
    if (method === 'GET') {
      openStreams += 1;
      response.on('close', () => {
        openStreams -= 1;
      });
    }
    Readable.fromWeb(answer.body).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => server.close().closeAllConnections());

const connect = () =>
  connectMcp(url, { openMs: 5_000, callMs: 5_000 }, new AbortController().signal);

test('closing a client ends its session and its notification stream', async () => {
  const opened = await Promise.all([connect(), connect(), connect()]);
  expect(sessions.size).toBe(3);
  const [first] = opened;
  expect(await first?.call('hello', {}, new AbortController().signal)).toEqual({
    text: 'Hello',
    isError: false,
  });
  await expect.poll(() => openStreams).toBe(3);
  await Promise.all(opened.map((one) => one.close()));
  expect(sessions.size).toBe(0);
  await expect.poll(() => openStreams).toBe(0);
});

test('closing a client returns soon even if the server does not respond to DELETE', async () => {
  ignoresDelete = true;
  const opened = await connect();
  await expect.poll(() => openStreams).toBe(1);
  await opened.close();
  await expect.poll(() => openStreams).toBe(0);
  ignoresDelete = false;
});

test('a server of 2026 must say how long its list of tools is valid', async () => {
  const forgetful = await startMcpServer('2026', (body) => body.replace(/"ttlMs":\d+,/u, ''));
  const opening = openMcpServer('city', forgetful.url, new AbortController().signal);
  await expect(opening).rejects.toMatchObject({
    code: 'model_unavailable',
    cause: { message: expect.stringContaining('ttlMs') },
  });
  await forgetful.close();
});
