import { readUIMessageStream, uiMessageChunkSchema, type UIMessageChunk } from 'ai';
import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
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
