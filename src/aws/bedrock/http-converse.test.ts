import { Readable } from 'node:stream';
import { BedrockRuntimeClient, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { HttpResponse } from '@smithy/core/protocols';
import { array, assert, asyncProperty, integer } from 'fast-check';
import { expect, test } from 'vitest';
import { readEvents } from '#aws/bedrock/http-converse.ts';
import { createSdkConverse } from '#aws/bedrock/sdk-converse.ts';
import { fromConverseEvents } from '#aws/model/converse-events.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { encodeFrame, errorFrame, eventFrame, exceptionFrame } from '#local/wire/event-stream.ts';
import { frameOf, headerOf, valueOf, withHeadersLength } from '#test/fixtures/frames.ts';

/*
 * The judge is the AWS SDK: from the same bytes, both read the same events and fail alike.
 */

interface Outcome {
  readonly events: readonly StreamEvent[];
  readonly error?: { readonly name: string; readonly message: string };
}

type Batches = AsyncIterable<Iterable<ConverseStreamOutput>>;

async function outcomeOf(open: () => Batches | Promise<Batches>): Promise<Outcome> {
  const events: StreamEvent[] = [];
  try {
    for await (const batch of await open()) {
      for (const event of batch) events.push(...fromConverseEvents([event]));
    }
    return { events };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    // The SDK adds a hint to the first message of a stream.
    return {
      events,
      error: { name, message: message.replace(/\n  Deserialization error: .*/u, '') },
    };
  }
}

const ours = (pieces: readonly Buffer[]): Promise<Outcome> =>
  outcomeOf(() => readEvents(Readable.from(pieces)));

/** The SDK, with a request handler that returns these bytes as the body. */
function theirs(pieces: readonly Buffer[]): Promise<Outcome> {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
    requestHandler: {
      handle: async () => ({
        response: new HttpResponse({ statusCode: 200, headers, body: Readable.from(pieces) }),
      }),
    },
  });
  const input = { modelId: 'm', messages: [] };
  return outcomeOf(() => createSdkConverse(client).stream(input, new AbortController().signal));
}

const delta = (members: object): Buffer =>
  eventFrame('contentBlockDelta', JSON.stringify({ contentBlockIndex: 0, ...members, p: 'abc' }));
const text = (words: string): Buffer => delta({ delta: { text: words } });
const start = eventFrame('messageStart', '{"p":"ab","role":"assistant"}');
const stop = eventFrame('messageStop', '{"p":"ab","stopReason":"end_turn"}');
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
const metadata = eventFrame('metadata', JSON.stringify({ metrics: { latencyMs: 5 }, usage }));
const tool = { toolUse: { name: 'x', toolUseId: 'tooluse_1' } };
const answer = [
  start,
  text('Hé'),
  text('l\n\u2028lo 日本'),
  eventFrame('contentBlockStop', '{"contentBlockIndex":0,"p":"abcd"}'),
  eventFrame('contentBlockStart', JSON.stringify({ contentBlockIndex: 1, start: tool })),
  delta({ contentBlockIndex: 1, delta: { toolUse: { input: '{"a":' } } }),
  delta({ contentBlockIndex: 2, delta: { reasoningContent: { text: 'Hm' } } }),
  delta({ contentBlockIndex: 2, delta: { reasoningContent: { signature: 'abc=' } } }),
  delta({ contentBlockIndex: 2, delta: { reasoningContent: { redactedContent: 'YWI=' } } }),
  delta({ delta: { citation: { title: 'T', source: 's', sourceContent: [{ text: 'x' }] } } }),
  stop,
  metadata,
];

test('a whole answer has the same events, however its bytes are cut', async () => {
  const expected = await theirs(answer);
  expect(expected.error).toBeUndefined();
  expect(expected.events).toHaveLength(answer.length);
  const bytes = Buffer.concat(answer);
  const cuts = array(integer({ min: 0, max: bytes.length }), { maxLength: 40 });
  await assert(
    asyncProperty(cuts, async (places) => {
      const ends = [...places.toSorted((a, b) => a - b), bytes.length];
      const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
      expect(await ours(pieces)).toEqual(expected);
    }),
  );
});

const one = text('Hello');

test('an answer that ends within a frame fails with the same events before', async () => {
  for (let length = 1; length < one.length; length += 1) {
    const bytes = [Buffer.concat([start, one.subarray(0, length)])];
    const [own, sdk] = [await ours(bytes), await theirs(bytes)];
    expect(own.events).toEqual(sdk.events);
    expect(own.error).toMatchObject({ message: 'The event stream ended within a message' });
    // The SDK does not miss the frame if not even its length has arrived.
    expect([length, sdk.error?.message]).toEqual([
      length,
      length < 4 ? undefined : 'Truncated event message received.',
    ]);
  }
});

test('an answer with a damaged frame fails with the same events before', async () => {
  for (let at = 0; at < one.length; at += 1) {
    const damaged = Buffer.from(one);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    const bytes = [Buffer.concat([start, damaged, stop])];
    const own = await ours(bytes);
    expect([at, own.error?.message]).toEqual([
      at,
      'A message of the event stream has a wrong checksum',
    ]);
    // With a larger length, the SDK would wait for the rest of the frame.
    const sdk = at < 3 ? { ...own, events: [{ type: 'message-start' }] } : await theirs(bytes);
    expect([at, own.events]).toEqual([at, sdk.events]);
    expect(sdk.error).toBeDefined();
  }
});

const json = '{"contentBlockIndex":0,"delta":{"text":"Hi"}}';
const typed = Buffer.concat([
  headerOf(':event-type', 7, valueOf('contentBlockDelta')),
  headerOf(':message-type', 7, valueOf('event')),
]);
const withHeader = (type: number, value: Buffer): Buffer =>
  frameOf(Buffer.concat([headerOf('x', type, value), typed]), json);
const event = { ':message-type': 'event' };

/** Frames that no client may take for others. Each comes between two deltas. */
const frames: Readonly<Record<string, Buffer>> = {
  'an unknown event': eventFrame('somethingNew', '{"a":1}'),
  'an unknown event without JSON': eventFrame('somethingNew', 'no'),
  'an unknown member of a delta': delta({ delta: { somethingNew: { a: 1 } } }),
  'a delta without content': delta({}),
  'a delta of nothing': delta({ contentBlockIndex: null, delta: { text: null, toolUse: null } }),
  'an event without a payload': eventFrame('contentBlockStop', ''),
  'an event whose payload is null': eventFrame('contentBlockDelta', 'null'),
  'an event whose payload is a list': eventFrame('contentBlockDelta', '[]'),
  'an event whose payload is no JSON': eventFrame('contentBlockDelta', '{"delta":'),
  'an event with two payloads': eventFrame('contentBlockDelta', '{}, "messageStop":{}'),
  'an event with bytes that are no UTF-8': encodeFrame(
    { ':event-type': 'contentBlockDelta', ...event },
    Buffer.concat([Buffer.from('{"delta":{"text":"'), Buffer.from([0xff]), Buffer.from('"}}')]),
  ),
  'a stop without a reason': eventFrame('messageStop', '{"stopReason":null}'),
  'usage that is incomplete': eventFrame('metadata', '{"usage":{"inputTokens":null}}'),
  'reasoning whose bytes are no Base64': delta({
    delta: { reasoningContent: { redactedContent: '?' } },
  }),
  'an event without a type': encodeFrame(event, json),
  'an event without a message type': encodeFrame({ ':event-type': 'contentBlockDelta' }, json),
  'a message of an unknown type': encodeFrame(
    { ':message-type': 'note', ':event-type': 'contentBlockDelta' },
    json,
  ),
  'a header that is true': withHeader(0, Buffer.alloc(0)),
  'a header that is false': withHeader(1, Buffer.alloc(0)),
  'a header that is a byte': withHeader(2, Buffer.alloc(1)),
  'a header that is a short': withHeader(3, Buffer.alloc(2)),
  'a header that is an integer': withHeader(4, Buffer.alloc(4)),
  'a header that is a long': withHeader(5, Buffer.alloc(8)),
  'a header that is bytes': withHeader(6, valueOf('ab')),
  'a header that is text': withHeader(7, valueOf('ab')),
  'a header that is a time': withHeader(8, Buffer.alloc(8)),
  'a header that is a UUID': withHeader(9, Buffer.alloc(16)),
  'a header of an unknown type': withHeader(10, Buffer.alloc(0)),
  'headers that are longer than the frame': withHeadersLength(one, one.length),
  'a wrong checksum of the prelude': frameOf(typed, json, 1),
};

test.each(Object.entries(frames))('%s is read as the SDK reads it', async (_, frame) => {
  const pieces = [Buffer.concat([start, one, frame, text('!'), stop, metadata])];
  const [own, sdk] = [await ours(pieces), await theirs(pieces)];
  expect(own.events).toEqual(sdk.events);
  expect(own.error === undefined).toBe(sdk.error === undefined);
});

const exceptions = [
  'internalServerException',
  'modelStreamErrorException',
  'validationException',
  'throttlingException',
  'serviceUnavailableException',
];

const failures: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(
    exceptions.map((type) => [type, exceptionFrame(type, '{"message":"No."}')] as const),
  ),
  'an error': errorFrame('BadThing', 'No.'),
  'an error without a message': errorFrame('BadThing', ''),
  'an error with the name of an exception': errorFrame('throttlingException', 'No.'),
};

test.each(Object.entries(failures))(
  '%s has the name and the message that the SDK gives it',
  async (_, frame) => {
    for (const before of [[], [start, one]]) {
      const outcome = await ours([...before, frame]);
      expect(outcome.error).toBeDefined();
      expect(outcome).toEqual(await theirs([...before, frame]));
    }
  },
);

test('an exception that the service does not model is named as in its other operations', async () => {
  const frame = exceptionFrame('modelTimeoutException', '{"message":"No."}');
  expect((await ours([frame])).error).toEqual({ name: 'ModelTimeoutException', message: 'No.' });
  expect((await theirs([frame])).error).toEqual({
    name: 'modelTimeoutException',
    message: '{"message":"No."}',
  });
});
