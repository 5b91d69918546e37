import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { decodeCursor, encodeCursor, resumeAfter } from '#protocol/turn/cursor.ts';
import { createDataEncoding } from '#protocol/turn/data-stream.ts';

const said = (text: string): readonly TurnEvent[] => [
  { type: 'turn-start', turnId: 't', modelId: 'm' },
  { type: 'message-start' },
  ...text.split(' ').map((word) => ({ type: 'text-delta', index: 0, text: word }) as const),
];

function read(events: readonly TurnEvent[], after: number): string {
  const encoding = resumeAfter(createDataEncoding('r'), after);
  return events.map((event) => encoding.encode(event)).join('');
}

test('a cursor is read as it was written, and nothing else is one', () => {
  const cursor = { turnId: 't-1', characters: 12 };
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  for (const text of ['', 't', 't:', 't:x', 't:-1', 'a b:1', 't:1\n']) {
    expect(() => decodeCursor(text)).toThrow('must be the id of an event');
  }
});

test('a reader is told what comes after his cursor, wherever it lies', () => {
  const words = read(said('ab cd'), 3).match(/"text":"[^"]*"/gu);
  expect(words).toEqual(['"text":"d"']);
});

test('one who has heard more than was kept is told all the same how it ended', () => {
  const error = new ChatError('internal', 'The answer was interrupted.');
  expect(read([...said('ab'), { type: 'error', error }], 9)).toContain(
    'The answer was interrupted.',
  );
  const stop = { type: 'turn-stop', stopReason: 'end_turn' } as const;
  expect(read([...said('ab'), stop], 9)).toContain('[DONE]');
});
