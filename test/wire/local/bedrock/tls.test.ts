import https from 'node:https';
import http2 from 'node:http2';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockRuntimeClient, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCertificate, type Certificate } from '#local/process/tls.ts';
import { credentials, haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;
let certificate: Certificate;
let endpoint: string;

beforeAll(async () => {
  certificate = await openCertificate(await mkdtemp(join(tmpdir(), 'streambed-')));
  bedrock = await startBedrock({}, { certificate });
  endpoint = bedrock.url.replace('http://127.0.0.1', 'https://localhost');
});

afterAll(() => bedrock.close());

test('one port accepts TLS and plain connections, in HTTP/2 and HTTP/1.1', async () => {
  const agent = new https.Agent({ ca: certificate.cert });
  const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
  const secure = new BedrockRuntimeClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    requestHandler: new NodeHttpHandler({ httpsAgent: agent }),
  });
  for (const client of [secure, bedrock.http1(), bedrock.http2()]) {
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: haiku, messages }));
    const events = await Array.fromAsync(stream ?? []);
    expect(events.at(-1)?.metadata).toBeDefined();
  }
});

test('ALPN selects HTTP/2 if the client offers it', async () => {
  const session = http2.connect(endpoint, { ca: certificate.cert });
  await once(session, 'connect');
  expect(session.alpnProtocol).toBe('h2');
  const request = session.request({ ':path': '/_streambed/health' });
  const [headers] = await once(request, 'response');
  expect(headers[':status']).toBe(200);
  session.destroy();
});

test.each(['rst', 'fin', 'goaway', 'rst_stream:CANCEL'])(
  'a TLS connection can be cut by %s and the next request succeeds',
  async (cut) => {
    const off = bedrock.on({ stream: [{ text: 'Hello' }, { cut }] });
    const agent = new https.Agent({ ca: certificate.cert });
    const requestHandler = new NodeHttpHandler({ httpsAgent: agent });
    const client = new BedrockRuntimeClient({
      endpoint,
      region: 'us-east-1',
      credentials,
      requestHandler,
    });
    const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: haiku, messages }));
    await expect(Array.fromAsync(stream ?? [])).rejects.toThrow('aborted');
    const session = http2.connect(endpoint, { ca: certificate.cert });
    const request = session.request({
      ':path': `/model/${encodeURIComponent(haiku)}/converse-stream`,
      ':method': 'POST',
      authorization: 'Bearer any',
    });
    session.on('error', () => undefined);
    request.on('error', () => undefined);
    request.end(JSON.stringify({ messages }));
    request.resume();
    await new Promise((resolve) => request.once('close', resolve));
    session.destroy();
    off();
    expect((await bedrock.ask()).stopReason).toBe('end_turn');
  },
);

test.each(['localhost.pem', 'localhost.key'])('a damaged %s is named', async (name) => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await openCertificate(folder);
  await writeFile(join(folder, name), 'noise');
  await expect(openCertificate(folder)).rejects.toThrow(
    `${folder}/localhost.pem or ${folder}/localhost.key is damaged. Delete both`,
  );
});
