import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { credentials, haiku, startBedrock, type RunningBedrock } from '../fixtures/bedrock.ts';
import { clients, ownClient } from '../fixtures/bedrock-clients.ts';

let bedrock: RunningBedrock;
let off = (): void => undefined;

beforeAll(async () => {
  bedrock = await startBedrock({ pace: { ttftMs: 5, tokensPerSecond: 2_000, jitter: 0 } });
});

afterEach(() => off());
afterAll(() => bedrock.close());

const after = (step: object): object => ({ stream: [{ text: 'Hello there' }, step] });
const exception = (type: string): object => after({ exception: { type } });

interface FaultCase {
  readonly scenario: object;
  /** AWS SDK over HTTP/2 and HTTP/1.1, AI SDK, LangChain, Anthropic's two, OpenAI's, and our own. */
  readonly seen: readonly [string, string, string, string, string, string, string, string];
}

const thrown = (...names: readonly string[]): FaultCase['seen'] => {
  const [
    http2 = '',
    http1 = '',
    ai = '',
    langchain = '',
    bedrockSdk = '',
    anthropic = '',
    openai = '',
    own = '',
  ] = names.map((name) => (name === 'complete' || name === 'silent' ? name : `throws ${name}`));
  return [http2, http1, ai, langchain, bedrockSdk, anthropic, openai, own];
};

/** A refusal before the stream: a status, which every client notices. */
const refusal = (name: string, anthropic: string, own: string): FaultCase['seen'] =>
  thrown(name, name, 'AI_APICallError', name, anthropic, anthropic, name, own);

/** An exception in the stream, which every client notices. */
const midway = (wire: string, own: string): FaultCase['seen'] => {
  const name = `${wire.charAt(0).toUpperCase()}${wire.slice(1)}`;
  return thrown(name, name, 'AI_StreamProviderError', name, 'APIError', 'APIError', wire, own);
};

const broken = (http2: string, http1: string): FaultCase['seen'] =>
  thrown(http2, http1, 'TypeError', http2, 'TypeError', 'TypeError', 'TypeError', 'model_error');

const cases: Readonly<Record<string, FaultCase>> = {
  'no fault': { scenario: {}, seen: thrown(...Array.from({ length: 8 }, () => 'complete')) },
  throttling: {
    scenario: { fail: { type: 'ThrottlingException' } },
    seen: refusal('ThrottlingException', 'RateLimitError', 'throttled'),
  },
  'an unavailable service': {
    scenario: { fail: { type: 'ServiceUnavailableException' } },
    seen: refusal('ServiceUnavailableException', 'ServiceUnavailableError', 'model_unavailable'),
  },
  'a model that is not ready': {
    scenario: { fail: { type: 'ModelNotReadyException' } },
    seen: refusal('ModelNotReadyException', 'RateLimitError', 'model_unavailable'),
  },
  'a model that takes too long': {
    scenario: { fail: { type: 'ModelTimeoutException' } },
    seen: refusal('ModelTimeoutException', 'RequestTimeoutError', 'model_unavailable'),
  },
  'a model that fails': {
    scenario: { fail: { type: 'ModelErrorException' } },
    seen: refusal('ModelErrorException', 'APIError', 'model_error'),
  },
  'no access': {
    scenario: { auth: 'denied' },
    seen: refusal('AccessDeniedException', 'PermissionDeniedError', 'internal'),
  },
  'expired credentials': {
    scenario: { auth: 'expired' },
    seen: refusal('ExpiredTokenException', 'PermissionDeniedError', 'internal'),
  },
  'a wrong signature': {
    scenario: { auth: 'bad_signature' },
    seen: refusal('InvalidSignatureException', 'PermissionDeniedError', 'internal'),
  },
  'a model at the end of its life': {
    scenario: { eol: true },
    seen: refusal('ResourceNotFoundException', 'NotFoundError', 'model_unavailable'),
  },
  'internalServerException midway': {
    scenario: exception('internalServerException'),
    seen: midway('internalServerException', 'model_unavailable'),
  },
  'modelStreamErrorException midway': {
    scenario: exception('modelStreamErrorException'),
    seen: midway('modelStreamErrorException', 'model_error'),
  },
  'validationException midway': {
    scenario: exception('validationException'),
    seen: midway('validationException', 'invalid_request'),
  },
  'throttlingException midway': {
    scenario: exception('throttlingException'),
    seen: midway('throttlingException', 'throttled'),
  },
  'serviceUnavailableException midway': {
    scenario: exception('serviceUnavailableException'),
    seen: midway('serviceUnavailableException', 'model_unavailable'),
  },
  'an exception that nobody knows': {
    scenario: after({ unknown_exception: {} }),
    seen: thrown(
      'newKindOfException',
      'newKindOfException',
      'silent',
      'newKindOfException',
      'APIError',
      'APIError',
      'newKindOfException',
      'model_error',
    ),
  },
  'an error frame': {
    scenario: after({ error_frame: { code: 'BadThing' } }),
    seen: thrown(
      'BadThing',
      'BadThing',
      'silent',
      'BadThing',
      'APIError',
      'APIError',
      'BadThing',
      'model_error',
    ),
  },
  'an event that nobody knows': {
    scenario: { stream: [{ text: 'Hello' }, { unknown_event: {} }, { text: ' there' }] },
    seen: thrown(...Array.from({ length: 8 }, () => 'complete')),
  },
  'bytes one by one': {
    scenario: { stream: [{ fragment: 1 }, { text: 'Hello there' }] },
    seen: thrown(...Array.from({ length: 8 }, () => 'complete')),
  },
  'a clean end without the terminal event': {
    scenario: after({ cut: 'eof' }),
    seen: thrown(...Array.from({ length: 7 }, () => 'silent'), 'model_error'),
  },
  'a frame that is cut': {
    scenario: after({ cut: 'partial_frame' }),
    seen: thrown(
      'Error',
      'Error',
      'Error',
      'Error',
      'Error',
      'silent',
      'SyntaxError',
      'model_error',
    ),
  },
  'a wrong checksum': {
    scenario: after({ cut: 'bad_crc' }),
    seen: thrown(
      'Error',
      'Error',
      'Error',
      'Error',
      'Error',
      'silent',
      // Server-sent events have no checksum: the byte is wrong in a name.
      'TypeError',
      'model_error',
    ),
  },
  'a reset connection': { scenario: after({ cut: 'rst' }), seen: broken('silent', 'ECONNRESET') },
  'a closed connection': { scenario: after({ cut: 'fin' }), seen: broken('silent', 'ECONNRESET') },
  'a cancelled stream': {
    scenario: after({ cut: 'rst_stream:CANCEL' }),
    seen: broken('silent', 'ECONNRESET'),
  },
  'a failed stream': {
    scenario: after({ cut: 'rst_stream:INTERNAL_ERROR' }),
    seen: broken('ERR_HTTP2_STREAM_ERROR', 'ECONNRESET'),
  },
  'a session that goes away': {
    scenario: after({ cut: 'goaway' }),
    seen: broken('ERR_HTTP2_SESSION_ERROR', 'ECONNRESET'),
  },
};

describe.each(Object.entries(cases))('%s', (_, { scenario, seen }) => {
  const names = [...Object.keys(clients), 'our own client'];
  const all = [...Object.values(clients), ownClient];

  test.each(names.map((name, index) => [name, seen[index], all[index]] as const))(
    '%s: %s',
    async (__, expected, client) => {
      off = bedrock.on(scenario);
      expect(await client?.(bedrock, 'Hello')).toBe(expected);
    },
  );
});

test('our own client takes none of them for success', () => {
  const harmless = ['no fault', 'an event that nobody knows', 'bytes one by one'];
  const own = Object.entries(cases).filter(([name]) => !harmless.includes(name));
  expect(own.filter(([, { seen }]) => !seen[7].startsWith('throws '))).toEqual([]);
});

test('a stall is noticed by those who watch, and waited out by the others', async () => {
  off = bedrock.on({ stream: [{ text: 'Hello' }, { stall: '1200ms' }, { text: ' there' }] });
  expect(await ownClient(bedrock, 'Hello')).toBe('throws model_unavailable');
  expect(await clients['AWS SDK, HTTP/2'](bedrock, 'Hello')).toBe('complete');
  const { journal } = bedrock;
  await expect.poll(() => journal.entries().at(-2)?.outcome).toBe('client_cancelled');
});

test('throttled twice and then answered: the SDK tries again by itself', async () => {
  off = bedrock.on({ fail: { type: 'ServiceUnavailableException', times: 2 } });
  const client = new BedrockRuntimeClient({
    endpoint: bedrock.url,
    region: 'us-east-1',
    credentials,
    requestHandler: new NodeHttpHandler(),
  });
  const messages = [{ role: 'user' as const, content: [{ text: 'Try again' }] }];
  const { $metadata } = await client.send(new ConverseCommand({ modelId: haiku, messages }));
  expect($metadata.attempts).toBe(3);
});

test('a refusal may say when to try again', async () => {
  off = bedrock.on({
    fail: { type: 'ThrottlingException', retryAfter: 7, message: 'Too many tokens.' },
  });
  const body = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] };
  const answer = await bedrock.post(`/model/${haiku}/converse`, body);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  expect(answer.headers.get('x-amzn-errortype')).toBe(
    'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/',
  );
  expect(await answer.json()).toEqual({ message: 'Too many tokens.' });
});

test.each([
  ['rst', 'a connection that breaks'],
  ['eof', 'half a body'],
])('an answer that is not streamed and is cut by %s is %s', async (cut) => {
  off = bedrock.on(after({ cut }));
  const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
  await expect(
    bedrock.http1().send(new ConverseCommand({ modelId: haiku, messages })),
  ).rejects.toThrow();
});

test('generation stops within 100 ms of the reader leaving, and the journal says so', async () => {
  off = bedrock.on({
    stream: [{ pace: { tps: 20 } }, { text: 'one two three four five six seven '.repeat(20) }],
  });
  const leaving = new AbortController();
  const messages = [{ role: 'user' as const, content: [{ text: 'Count' }] }];
  const { stream } = await bedrock
    .http1()
    .send(new ConverseStreamCommand({ modelId: haiku, messages }), { abortSignal: leaving.signal });
  const events = stream?.[Symbol.asyncIterator]();
  await events?.next();
  const { journal } = bedrock;
  const before = journal.entries().length;
  const leftAt = performance.now();
  leaving.abort();
  await expect.poll(() => journal.entries().length, { interval: 5 }).toBe(before + 1);
  const elapsedMs = performance.now() - leftAt;
  console.log(`stopped ${Math.round(elapsedMs)} ms after the reader left`);
  const entry = journal.entries().at(-1);
  expect(entry).toMatchObject({ outcome: 'client_cancelled', operation: 'ConverseStream' });
  expect(entry?.tokensGenerated).toBeLessThan(60);
  await events?.next().catch(() => undefined);
});
