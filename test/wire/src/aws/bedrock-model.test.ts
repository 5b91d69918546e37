import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConverseClient } from '#aws/bedrock/converse-client.ts';
import { createHttpConverse } from '#aws/bedrock/http-converse.ts';
import { createSdkConverse } from '#aws/bedrock/sdk-converse.ts';
import type { StreamTimeouts } from '#aws/bedrock/watchdog.ts';
import { createBedrockModel } from '#aws/model/bedrock-model.ts';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import { ChatError } from '#domain/errors.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { exceptionFrame } from '#local/wire/event-stream.ts';
import {
  beginAnswer,
  frames,
  startUpstreamBedrock,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';

let upstream: UpstreamBedrock;

beforeAll(async () => {
  upstream = await startUpstreamBedrock();
});
beforeEach(() => {
  upstream.seen.requests = 0;
});
afterAll(() => upstream.close());

const request: ModelRequest = {
  owner: 'ada',
  modelId: 'm',
  messages: [userMessage('Hi')],
  inference: {},
};

const patient: StreamTimeouts = { firstEventMs: 60_000, idleMs: 60_000 };

const [region, credentials] = ['us-east-1', { accessKeyId: 'any', secretAccessKey: 'any' }];

/** Both clients, which behave the same. */
const clients: Readonly<Record<string, () => ConverseClient>> = {
  'our own client': () =>
    createHttpConverse({ service: 'bedrock', region, endpoint: upstream.url, credentials }),
  "the SDK's client"() {
    const requestHandler = new NodeHttpHandler();
    const options = { region, endpoint: upstream.url, credentials, requestHandler, maxAttempts: 1 };
    return createSdkConverse(new BedrockRuntimeClient(options));
  },
};

async function readAll(
  events: AsyncIterable<StreamEvent>,
): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    for await (const event of events) if (event.type === 'text-delta') text += event.text;
    return { text };
  } catch (error) {
    return { text, error };
  }
}

describe.each(Object.entries(clients))('%s', (_, open) => {
  const stream = (
    timeouts = patient,
    signal = new AbortController().signal,
  ): AsyncIterable<StreamEvent> => createBedrockModel(open(), timeouts).stream(request, signal);

  test('a complete answer ends with its stop reason and usage', async () => {
    upstream.behave((response) => {
      beginAnswer(response);
      response.end(Buffer.concat([frames.blockStop, frames.messageStop, frames.metadata]));
    });
    const events = await Array.fromAsync(stream());
    expect(events.at(0)).toEqual({ type: 'message-start' });
    expect(events.at(-2)).toEqual({ type: 'message-stop', stopReason: 'end_turn' });
    expect(events.at(-1)).toMatchObject({
      type: 'usage',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  test('a stream that ends without a stop event is an error', async () => {
    upstream.behave((response) => {
      beginAnswer(response);
      response.end();
    });
    expect(await readAll(stream())).toMatchObject({
      text: 'Hello',
      error: { code: 'model_error' },
    });
  });

  test('a connection reset during an answer is an error', async () => {
    upstream.behave(async (response) => {
      beginAnswer(response);
      await new Promise((resolve) => setTimeout(resolve, 20));
      response.socket?.resetAndDestroy();
    });
    expect(await readAll(stream())).toMatchObject({
      text: 'Hello',
      error: { code: 'model_error' },
    });
  });

  test('a model that goes silent during an answer times out', async () => {
    upstream.behave(beginAnswer);
    expect(await readAll(stream({ ...patient, idleMs: 300 }))).toMatchObject({
      text: 'Hello',
      error: { code: 'model_unavailable' },
    });
    await expect.poll(() => upstream.seen.open).toBe(0);
  });

  test('a model that sends no first event times out', async () => {
    upstream.behave(() => undefined);
    expect(await readAll(stream({ ...patient, firstEventMs: 300 }))).toMatchObject({
      text: '',
      error: { code: 'model_unavailable' },
    });
  });

  test('time spent by a slow reader does not count towards the model timeouts', async () => {
    upstream.behave((response) => {
      beginAnswer(response);
      response.end(Buffer.concat([frames.blockStop, frames.messageStop, frames.metadata]));
    });
    let last: string | undefined;
    for await (const { type } of stream({ ...patient, idleMs: 300 })) {
      if (type === 'text-delta') await new Promise((resolve) => setTimeout(resolve, 400));
      last = type;
    }
    expect(last).toBe('usage');
  });

  test.each([
    ['throttlingException', 'throttled'],
    ['modelStreamErrorException', 'model_error'],
    ['serviceUnavailableException', 'model_unavailable'],
    ['internalServerException', 'model_unavailable'],
    ['validationException', 'invalid_request'],
    ['somethingNewException', 'model_error'],
  ])('%s during an answer becomes the error code %s', async (exception, code) => {
    upstream.behave((response) => {
      beginAnswer(response);
      response.end(exceptionFrame(exception, '{"message":"No."}'));
    });
    const { text, error } = await readAll(stream());
    expect(text).toBe('Hello');
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ code, cause: { message: expect.stringContaining('No.') } });
  });

  test('a validation error keeps its reason and hides the ARN', async () => {
    const message = 'messages.0: too long for arn:aws:bedrock:us-east-1:123456789012:model/x';
    upstream.behave((response) => {
      response.writeHead(400, { 'x-amzn-errortype': 'ValidationException' });
      response.end(JSON.stringify({ message }));
    });
    const { error } = await readAll(stream());
    expect(error).toMatchObject({ code: 'invalid_request', cause: { message } });
    expect(String(error)).toBe(
      'ChatError: The model does not accept this request: messages.0: too long for …',
    );
  });

  test('denied access to a model is an internal error', async () => {
    upstream.behave((response) => {
      response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' });
      response.end('{"message":"no"}');
    });
    expect((await readAll(stream())).error).toMatchObject({ code: 'internal' });
  });

  test('an unavailable service is asked once', async () => {
    upstream.behave((response) => {
      response.writeHead(503, { 'x-amzn-errortype': 'ServiceUnavailableException' });
      response.end('{"message":"away"}');
    });
    expect(await readAll(stream())).toMatchObject({ error: { code: 'model_unavailable' } });
    expect(upstream.seen.requests).toBe(1);
  });

  test('leaving the loop cancels the request to the model', async () => {
    upstream.behave(beginAnswer);
    for await (const event of stream()) if (event.type === 'text-delta') break;
    await expect.poll(() => upstream.seen.open).toBe(0);
  });

  test('an aborted turn ends at once with its abort reason', async () => {
    upstream.behave(beginAnswer);
    const deadline = new AbortController();
    const reading = readAll(stream(patient, deadline.signal));
    await expect.poll(() => upstream.seen.open).toBe(1);
    deadline.abort(new ChatError('timed_out', 'Time is up.'));
    expect((await reading).error).toMatchObject({ code: 'timed_out' });
    await expect.poll(() => upstream.seen.open).toBe(0);
  });

  test('a turn that was aborted before it began sends no request', async () => {
    const over = AbortSignal.abort(new ChatError('timed_out', 'Over.'));
    const { error } = await readAll(stream(patient, over));
    expect(error).toMatchObject({ code: 'timed_out' });
    expect(upstream.seen.requests).toBe(0);
  });
});

test.each([
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', ['user', 'assistant']],
  ['anthropic.claude-sonnet-4-20250514-v1:0', ['user', 'assistant']],
  ['amazon.nova-lite-v1:0', ['user', 'assistant']],
  ['us.anthropic.claude-sonnet-4-6', ['user', 'assistant', 'user']],
  ['us.anthropic.claude-opus-5', ['user', 'assistant', 'user']],
])('%s receives a partial answer with the roles it accepts', (modelId, roles) => {
  const { messages = [] } = toConverseRequest({ ...request, modelId, answerSoFar: 'One, two,' });
  expect(messages.map(({ role }) => role)).toEqual(roles);
  expect(messages[1]?.content).toEqual([{ text: 'One, two,' }]);
});
