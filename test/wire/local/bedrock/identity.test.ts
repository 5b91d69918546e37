import {
  BedrockRuntimeClient,
  ConverseCommand,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { BedrockAgentRuntimeClient, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

const permanent = { accessKeyId: 'AKIAKNOWN', secretAccessKey: 'a-secret' };
const temporary = { accessKeyId: 'ASIATEMP', secretAccessKey: 'another', sessionToken: 'a-token' };
const expired = { ...temporary, accessKeyId: 'ASIAOLD', expiresAt: Date.now() - 1_000 };

let bedrock: RunningBedrock;

beforeAll(async () => {
  const credentials = [permanent, temporary, expired];
  bedrock = await startBedrock({
    identity: { mode: 'strict', credentials, apiKeys: ['ABSKright'] },
  });
});

afterAll(() => bedrock.close());

const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];

async function ask(config: BedrockRuntimeClientConfig): Promise<string | undefined> {
  const client = new BedrockRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    maxAttempts: 1,
    ...config,
  });
  // An ARN has colons and slashes, which are encoded twice where the path is signed.
  const modelId = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${haiku}`;
  const { stopReason } = await client.send(new ConverseCommand({ modelId, messages }));
  return stopReason;
}

const http1 = (): BedrockRuntimeClientConfig => ({ requestHandler: new NodeHttpHandler() });

test.each([
  ['over HTTP/2', {}],
  ['over HTTP/1.1', http1()],
])('a valid signature is accepted %s, with and without a session token', async (_, config) => {
  expect(await ask({ ...config, credentials: permanent })).toBe('end_turn');
  expect(await ask({ ...config, credentials: temporary })).toBe('end_turn');
});

test('a request signed by another library is accepted unless its payload hash is wrong', async () => {
  const client = new AwsClient({
    ...permanent,
    region: 'us-east-1',
    service: 'bedrock',
    retries: 0,
  });
  const url = `${bedrock.url}/model/${encodeURIComponent(haiku)}/converse`;
  const request = { method: 'POST', body: JSON.stringify({ messages }) };
  expect((await client.fetch(url, request)).status).toBe(200);
  const unsigned = { ...request, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } };
  expect((await client.fetch(url, unsigned)).status).toBe(200);
  const wrong = { ...request, headers: { 'x-amz-content-sha256': 'ab'.repeat(32) } };
  expect((await client.fetch(url, wrong)).status).toBe(403);
});

test.each<[string, BedrockRuntimeClientConfig, string, string]>([
  [
    'an unknown access key',
    { credentials: { ...permanent, accessKeyId: 'AKIAOTHER' } },
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  [
    'a wrong secret',
    { credentials: { ...permanent, secretAccessKey: 'wrong' } },
    'InvalidSignatureException',
    'The request signature we calculated does not match',
  ],
  [
    'a missing session token',
    { credentials: { ...temporary, sessionToken: '' } },
    'UnrecognizedClientException',
    'The security token',
  ],
  [
    'a request with expired credentials',
    { credentials: { ...expired, sessionToken: 'a-token' } },
    'ExpiredTokenException',
    'is expired',
  ],
  [
    'a clock that is ten minutes wrong',
    { credentials: permanent, systemClockOffset: -600_000 },
    'InvalidSignatureException',
    'Signature expired',
  ],
])('%s fails with the error of AWS', async (_, config, name, message) => {
  for (const handler of [{}, http1()]) {
    const response = ask({ ...handler, ...config });
    await expect(response).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
    await expect(response).rejects.toThrow(message);
  }
});

test('a changed body, a missing signature and another service in the scope are refused', async () => {
  const client = new AwsClient({ ...permanent, region: 'us-east-1', service: 'bedrock' });
  const url = `${bedrock.url}/model/${encodeURIComponent(haiku)}/converse`;
  const signed = await client.sign(url, { method: 'POST', body: JSON.stringify({ messages }) });
  const changed = await fetch(url, {
    method: 'POST',
    headers: signed.headers,
    body: '{"messages":[]}',
  });
  expect(changed.headers.get('x-amzn-errortype')).toContain('InvalidSignatureException');
  const bare = await fetch(url, { method: 'POST', body: '{}' });
  expect(bare.headers.get('x-amzn-errortype')).toContain('MissingAuthenticationTokenException');
  const other = new AwsClient({
    ...permanent,
    region: 'us-east-1',
    service: 'dynamodb',
    retries: 0,
  });
  const refused = await other.fetch(url, { method: 'POST', body: JSON.stringify({ messages }) });
  expect(await refused.json()).toMatchObject({
    message: expect.stringContaining("correct service: 'bedrock'"),
  });
});

test('a permanent API key is accepted as a bearer token and from the SDK', async () => {
  const body = { messages };
  const path = `/model/${haiku}/converse`;
  expect((await bedrock.post(path, body, { authorization: 'Bearer ABSKright' })).status).toBe(200);
  const refused = await bedrock.post(path, body, { authorization: 'Bearer ABSKwrong' });
  expect([refused.status, await refused.json()]).toEqual([
    403,
    { message: 'Authentication failed: Please make sure your API Key is valid.' },
  ]);
  expect(
    await ask({ token: { token: 'ABSKright' }, authSchemePreference: ['httpBearerAuth'] }),
  ).toBe('end_turn');
});

test('the agent runtime accepts signatures and refuses API keys', async () => {
  const client = new BedrockAgentRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    credentials: permanent,
  });
  const retrieval = client.send(
    new RetrieveCommand({ knowledgeBaseId: 'LOCALKB001', retrievalQuery: { text: 'a' } }),
  );
  await expect(retrieval).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const headers = { authorization: 'Bearer ABSKright' };
  const response = await bedrock.post(
    '/knowledgebases/LOCALKB001/retrieve',
    { retrievalQuery: { text: 'a' } },
    headers,
  );
  expect(response.status).toBe(403);
});

test('lenient mode requires any credentials and off requires no credentials', async () => {
  const lenient = await startBedrock();
  const path = `/model/${haiku}/converse`;
  expect((await lenient.post(path, { messages })).status).toBe(200);
  expect((await lenient.post(path, { messages }, { authorization: '' })).status).toBe(403);
  await lenient.close();
  const open = await startBedrock({ identity: { mode: 'off', credentials: [], apiKeys: [] } });
  expect((await open.post(path, { messages }, { authorization: '' })).status).toBe(200);
  expect(open.journal.entries()[0]?.identity).toEqual({ type: 'none' });
  await open.close();
});

test('a body in aws-chunked encoding is decoded', async () => {
  const lenient = await startBedrock();
  const body = JSON.stringify({ messages });
  const signature = 'ab'.repeat(32);
  const chunk = (data: string): string =>
    `${Buffer.byteLength(data).toString(16)};chunk-signature=${signature}\r\n${data}\r\n`;
  const chunked = chunk(body.slice(0, 20)) + chunk(body.slice(20)) + chunk('');
  const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
  const response = await lenient.post(`/model/${haiku}/converse`, chunked, headers);
  expect(await response.json()).toMatchObject({ stopReason: 'end_turn' });
  await lenient.close();
});
