import { readUIMessageStream, uiMessageChunkSchema, type UIMessageChunk } from 'ai';
import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { resumeAfter } from '#protocol/turn/cursor.ts';
import type { CallPlaces } from '#protocol/turn/decode-ui-stream.ts';
import { saying } from '#test/doubles/memory-model.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import { decodeSse } from '#protocol/http/sse.ts';
import { createUiEncoding, decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { cutBytes, trickyTexts } from '#test/fixtures/cut-bytes.ts';

const start: TurnEvent = { type: 'turn-start', turnId: 't1', conversationId: 'c1', modelId: 'm' };

function turnOf(events: readonly StreamEvent[]): readonly TurnEvent[] {
  const usage = events.find((event) => event.type === 'usage')?.usage;
  const stop = { type: 'turn-stop', stopReason: 'end_turn' } as const;
  return [start, ...events, usage === undefined ? stop : { ...stop, usage }];
}

function encode(events: readonly TurnEvent[]): string {
  const encoding = createUiEncoding('r1');
  return events.map((event) => encoding.encode(event)).join('');
}

/** Decodes the parts with the AI SDK, which rejects unknown ones. */
async function chunksOf(encoded: string): Promise<UIMessageChunk[]> {
  const messages = await Array.fromAsync(decodeSse(cutBytes(encoded, 7)));
  const schema = uiMessageChunkSchema();
  const parts = messages.filter(({ data }) => data !== '[DONE]');
  return Promise.all(
    parts.map(async ({ data }) => {
      const result = await schema.validate?.(JSON.parse(data));
      if (result?.success !== true) throw new Error(`The AI SDK refuses ${data}`);
      return result.value;
    }),
  );
}

test('decoding returns what was encoded, however the bytes are split', async () => {
  const events = turnOf(saying(...trickyTexts));
  const encoded = encode(events);
  for (let size = 1; size <= 60; size += 1) {
    expect(await Array.fromAsync(decodeUiStream(cutBytes(encoded, size)))).toEqual(events);
  }
});

test('tool calls, their results, searches and citations are decoded, however the bytes are split', async () => {
  const passage = { text: 'Rain.', source: 's3://b/rain.txt' };
  const events = turnOf([
    { type: 'message-start' },
    { type: 'block', index: 0, block: { type: 'retrieval', query: 'rain', passages: [passage] } },
    { type: 'reasoning-delta', index: 1, text: 'Hm.', durationMs: 1_250 },
    { type: 'block-stop', index: 1 },
    { type: 'block-start', index: 2, toolUseId: 'a', name: 'add' },
    { type: 'tool-input-delta', index: 2, json: '{"x":' },
    { type: 'tool-input-delta', index: 2, json: '1}' },
    { type: 'block-stop', index: 2 },
    { type: 'block-start', index: 3, toolUseId: 'b', name: 'add' },
    { type: 'block-stop', index: 3 },
    { type: 'message-stop', stopReason: 'tool_use' },
    {
      type: 'block',
      index: 4,
      block: { type: 'tool-result', toolUseId: 'a', text: '2', durationMs: 300 },
    },
    {
      type: 'block',
      index: 5,
      block: { type: 'tool-result', toolUseId: 'b', text: 'No.', isError: true, isDenied: true },
    },
    { type: 'message-start' },
    { type: 'text-delta', index: 6, text: 'It rains.' },
    {
      type: 'block',
      index: 7,
      block: { type: 'citation', span: { start: 0, end: 9 }, passages: [passage] },
    },
    { type: 'block-start', index: 8, toolUseId: 'c', name: 'note' },
    { type: 'tool-input-delta', index: 8, json: '{}' },
    { type: 'block', index: 9, block: { type: 'approval', toolUseId: 'c' } },
    { type: 'message-stop', stopReason: 'approval_required' },
  ]);
  const { content } = answerOf(events);
  for (let size = 1; size <= 60; size += 7) {
    const decoded = await Array.fromAsync(decodeUiStream(cutBytes(encode(events), size)));
    expect(answerOf(decoded)).toMatchObject({ content });
  }
});

function answerOf(events: readonly TurnEvent[]): Answer {
  return events.reduce<Answer>((answer, event) => {
    const isFrame =
      event.type === 'turn-start' || event.type === 'turn-stop' || event.type === 'error';
    return isFrame ? answer : accumulate(answer, event);
  }, emptyAnswer);
}

test('numbers in the input of a tool keep their digits', () => {
  const encoding = createUiEncoding('r1');
  const json = '{"order":12345678901234567890}';
  encoding.encode({ type: 'block-start', index: 0, toolUseId: 'a', name: 'track' });
  for (const part of [json.slice(0, 15), json.slice(15)]) {
    encoding.encode({ type: 'tool-input-delta', index: 0, json: part });
  }
  expect(encoding.encode({ type: 'block-stop', index: 0 })).toContain(`"input":${json}`);
});

test('a reader who resumes gets nothing twice, also between two blocks', async () => {
  const events = turnOf([
    { type: 'message-start' },
    { type: 'text-delta', index: 0, text: 'Look.' },
    { type: 'block-start', index: 1, toolUseId: 'a', name: 'add' },
    { type: 'tool-input-delta', index: 1, json: '{"x":1}' },
    { type: 'block-stop', index: 1 },
    { type: 'block', index: 2, block: { type: 'tool-result', toolUseId: 'a', text: '2' } },
    { type: 'block-start', index: 3, toolUseId: 'b', name: 'add' },
    { type: 'tool-input-delta', index: 3, json: '{}' },
    { type: 'block-stop', index: 3 },
    { type: 'block', index: 4, block: { type: 'tool-result', toolUseId: 'b', text: '3' } },
    { type: 'text-delta', index: 5, text: 'Five.' },
  ]);
  const whole = answerOf(events);
  for (let cut = 1; cut < events.length; cut += 1) {
    const places: CallPlaces = new Map();
    const before = await decodeUpTo(encode(events.slice(0, cut)), places);
    const characters = before.reduce((sum, event) => sum + deltaLength(event), 0);
    const encoding = resumeAfter(createUiEncoding('r2'), characters);
    const rest = events.map((event) => encoding.encode(event)).join('');
    const after = await Array.fromAsync(decodeUiStream(cutBytes(rest, 9), places));
    expect(answerOf([...before, ...after]).content).toEqual(whole.content);
  }
});

/** Decodes a stream that breaks. */
async function decodeUpTo(encoded: string, places: CallPlaces): Promise<readonly TurnEvent[]> {
  const events: TurnEvent[] = [];
  const reading = async (): Promise<void> => {
    for await (const event of decodeUiStream(cutBytes(encoded, 9), places)) events.push(event);
  };
  await expect(reading()).rejects.toThrow(ChatError);
  return events;
}

test('the AI SDK reads the whole message, with its metadata', async () => {
  const chunks = await chunksOf(encode(turnOf(saying('Hel', 'lo'))));
  const messages = await Array.fromAsync(
    readUIMessageStream({ stream: ReadableStream.from(chunks) }),
  );
  expect(messages.at(-1)).toMatchObject({
    id: 't1',
    metadata: { turn_id: 't1', conversation_id: 'c1', model: 'm', stop_reason: 'end_turn' },
    parts: [{ type: 'step-start' }, { type: 'text', text: 'Hello', state: 'done' }],
  });
});

test('the AI SDK reads reasoning and a tool call', async () => {
  const chunks = await chunksOf(
    encode(
      turnOf([
        { type: 'message-start' },
        { type: 'reasoning-delta', index: 0, text: 'Hm.' },
        { type: 'block-stop', index: 0 },
        { type: 'block-start', index: 1, toolUseId: 'call', name: 'weather' },
        { type: 'tool-input-delta', index: 1, json: '{"city":' },
        { type: 'tool-input-delta', index: 1, json: '"Kyoto"}' },
        { type: 'message-stop', stopReason: 'tool_use' },
      ]),
    ),
  );
  const messages = await Array.fromAsync(
    readUIMessageStream({ stream: ReadableStream.from(chunks) }),
  );
  expect(messages.at(-1)?.parts).toMatchObject([
    { type: 'step-start' },
    { type: 'reasoning', text: 'Hm.' },
    { type: 'dynamic-tool', toolName: 'weather', input: { city: 'Kyoto' } },
  ]);
});

test('an error has a code for programs, a sentence for people, and no cause', async () => {
  const error = new ChatError('throttled', 'Busy.', { cause: new Error('secret') });
  const encoded = encode([
    start,
    { type: 'text-delta', index: 0, text: 'Hi' },
    { type: 'error', error },
  ]);
  expect(encoded).not.toContain('secret');
  expect((await chunksOf(encoded)).slice(-2)).toMatchObject([
    { type: 'data-error', data: { code: 'throttled', retryable: true, requestId: 'r1' } },
    { type: 'error', errorText: 'Busy.' },
  ]);
  const decoded = await Array.fromAsync(decodeUiStream(cutBytes(encoded, 11)));
  expect(decoded.at(-1)).toMatchObject({ type: 'error', error: { code: 'throttled' } });
});

test('a stream without an end marker has failed', async () => {
  const encoded = encode([start, { type: 'text-delta', index: 0, text: 'Hi' }]);
  await expect(Array.fromAsync(decodeUiStream(cutBytes(encoded, 9)))).rejects.toThrow(ChatError);
});

test('an incomplete part is an internal error', async () => {
  const reading = Array.fromAsync(decodeUiStream(cutBytes('data: {"type":"text-de\n\n', 9)));
  await expect(reading).rejects.toMatchObject({ code: 'internal' });
});

test('unknown parts are skipped', async () => {
  const encoded = encode(turnOf(saying('Hi')));
  const stranger = 'data: {"type":"steering-message","x":1}\n\n';
  const decoded = await Array.fromAsync(decodeUiStream(cutBytes(stranger + encoded, 64)));
  expect(decoded.at(-1)?.type).toBe('turn-stop');
});

test('every frame carries a cursor that names the turn', async () => {
  const messages = await Array.fromAsync(decodeSse(cutBytes(encode(turnOf(saying('Hi'))), 64)));
  expect(messages.every(({ id }) => id?.startsWith('t1:'))).toBe(true);
});
