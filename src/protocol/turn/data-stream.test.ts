import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { saying } from '#test/doubles/memory-model.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { createDataEncoding, decodeDataStream } from '#protocol/turn/data-stream.ts';
import { cutBytes, trickyTexts } from '#test/fixtures/cut-bytes.ts';

function encode(events: readonly TurnEvent[]): string {
  const encoding = createDataEncoding('r1');
  return events.map((event) => encoding.encode(event)).join('');
}

const stop: TurnEvent = { type: 'turn-stop', stopReason: 'end_turn' };

test('decoding returns the text that was encoded, however the bytes are split', async () => {
  const encoded = encode([...saying(...trickyTexts), stop]);
  for (let size = 1; size <= 40; size += 1) {
    expect(await Array.fromAsync(decodeDataStream(cutBytes(encoded, size)))).toEqual(trickyTexts);
  }
});

test('the encoding is the documented one', () => {
  expect(encode([{ type: 'text-delta', index: 0, text: 'Hi' }, stop])).toBe(
    'data: {"text":"Hi"}\n\ndata: [DONE]\n\n',
  );
});

test('an answer that stopped before its own end says why, before the end marker', () => {
  expect(encode([{ type: 'turn-stop', stopReason: 'guardrail_intervened' }])).toBe(
    'event: stop\ndata: {"stop_reason":"guardrail_intervened"}\n\ndata: [DONE]\n\n',
  );
});

test('an error has its code, and no end marker of a success', async () => {
  const error = new ChatError('throttled', 'Busy.', { cause: new Error('secret') });
  const encoded = encode([
    { type: 'text-delta', index: 0, text: 'Hi' },
    { type: 'error', error },
  ]);
  expect(encoded).toContain('event: error\n');
  expect(encoded).not.toContain('[DONE]');
  expect(encoded).not.toContain('secret');
  const decoding = Array.fromAsync(decodeDataStream(cutBytes(encoded, 9)));
  await expect(decoding).rejects.toMatchObject({ code: 'throttled', message: 'Busy.' });
});

test('a stream without an end marker has failed', async () => {
  const encoded = encode([{ type: 'text-delta', index: 0, text: 'Hi' }]);
  await expect(Array.fromAsync(decodeDataStream(cutBytes(encoded, 9)))).rejects.toThrow(ChatError);
});
