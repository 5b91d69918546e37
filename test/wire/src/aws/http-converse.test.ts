import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createHttpConverse } from '#aws/bedrock/http-converse.ts';
import { lambdaConfig } from '#aws/request/service-config.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { anyModelRequest } from '#test/fixtures/arbitrary-model-requests.ts';
import {
  converseOutcome,
  converseTimeouts,
  ownConverse,
  sdkConverse,
  simpleRequest,
  startConverseServer,
  type ConverseServer,
  type Received,
} from '#test/fixtures/converse-clients.ts';
import { frames } from '#test/fixtures/upstream-bedrock.ts';

/*
 * The judge is the AWS SDK: both clients send the same requests.
 */

let server: ConverseServer;

beforeAll(async () => {
  server = await startConverseServer();
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.answer({});
});
afterAll(() => server.close());

/**
 * Headers of the SDK that Bedrock does not need, and those that differ in every request. The hash of
 * the body depends on the order of its members.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
]);

function comparable({ headers, body, ...request }: Received): object {
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name));
  return { ...request, body: JSON.parse(body), headers: Object.fromEntries(kept) };
}

async function expectSameRequest(request: ModelRequest, more = {}): Promise<void> {
  const body = Buffer.concat([frames.messageStart, frames.messageStop]);
  server.answer({ body });
  expect(await converseOutcome(ownConverse(server.endpoint), request)).toEqual({ text: '' });
  expect(await converseOutcome(sdkConverse(server.endpoint, more), request)).toEqual({ text: '' });
  const [own, sdk] = server.received.map(comparable);
  expect(own).toEqual(sdk);
}

test('any request is sent as the SDK sends it', async () => {
  await fc.assert(
    fc.asyncProperty(anyModelRequest, (request) => expectSameRequest(request)),
    { numRuns: 60 },
  );
});

test('numbers in the input of an earlier call keep their digits', async () => {
  const inputJson =
    '{"order":12345678901234567890,"more":[-9223372036854775808,0.12345678901234567891,1e400,1.5]}';
  const use = { type: 'tool-use', toolUseId: 'a', name: 'track', inputJson } as const;
  const result = { type: 'tool-result', toolUseId: 'a', text: 'sent' } as const;
  await expectSameRequest({
    ...simpleRequest,
    messages: [
      ...simpleRequest.messages,
      { role: 'assistant', content: [use] },
      { role: 'user', content: [result] },
    ],
  });
  for (const { body } of server.received) {
    expect(body.toLowerCase().replace('e+400', 'e400')).toContain(`"input":${inputJson}`);
  }
});

test('the signature covers the host, the date, the body and the session', async () => {
  await expectSameRequest(simpleRequest);
  expect(server.received[0]?.headers.authorization).toMatch(
    /Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,/u,
  );
});

test('the trace of an invocation is passed on', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'chat');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793');
  await expectSameRequest(simpleRequest);
  expect(server.received[0]?.headers['x-amzn-trace-id']).toMatch(/^Root=1-/u);
});

test('a bearer key replaces the signature', async () => {
  vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'key-1');
  const config = lambdaConfig('bedrock-runtime', {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_BEARER_TOKEN_BEDROCK: 'key-1',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: server.endpoint,
  });
  await converseOutcome(createHttpConverse(config, converseTimeouts));
  await converseOutcome(sdkConverse(server.endpoint));
  const [own, sdk] = server.received.map(({ headers }) => headers.authorization);
  expect(own).toBe('Bearer key-1');
  expect(own).toBe(sdk);
});

test.each(['/base', '/base/', '/base?a=b'])('an endpoint can have the path %s', async (path) => {
  await converseOutcome(ownConverse(`${server.endpoint}${path}`));
  await converseOutcome(sdkConverse(`${server.endpoint}${path}`));
  expect(server.received[0]?.url).toMatch(/^\/base/u);
  expect(server.received[0]?.url).toBe(server.received[1]?.url);
});

test('a request without a model is refused as in the SDK', async () => {
  const input = { modelId: undefined, messages: [] };
  const { signal } = new AbortController();
  for (const client of [ownConverse(server.endpoint), sdkConverse(server.endpoint)]) {
    await expect(client.stream(input, signal)).rejects.toThrow(
      'No value provided for input HTTP label: modelId.',
    );
  }
});
