import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { decodeCursor, encodeCursor, resumeAfter } from '#protocol/turn/cursor.ts';
import { createDataEncoding } from '#protocol/turn/data-stream.ts';

const eventsOf = (text: string): readonly TurnEvent[] => [
  { type: 'turn-start', turnId: 't', modelId: 'm' },
  { type: 'message-start' },
  ...text.split(' ').map((word) => ({ type: 'text-delta', index: 0, text: word }) as const),
];

function read(events: readonly TurnEvent[], after: number): string {
  const encoding = resumeAfter(createDataEncoding('r'), after);
  return events.map((event) => encoding.encode(event)).join('');
}

test('a cursor is decoded as it was encoded, and malformed ones are rejected', () => {
  const cursor = { turnId: 't-1', characters: 12 };
  expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
  for (const text of ['', 't', 't:', 't:x', 't:-1', 'a b:1', 't:1\n']) {
    expect(() => decodeCursor(text)).toThrow('must be the id of an event');
  }
});

test('a reader gets what comes after their cursor, wherever it is', () => {
  const texts = read(eventsOf('ab cd'), 3).match(/"text":"[^"]*"/gu);
  expect(texts).toEqual(['"text":"d"']);
});

test('a reader who has more than was stored still gets the end', () => {
  const error = new ChatError('internal', 'The answer was interrupted.');
  expect(read([...eventsOf('ab'), { type: 'error', error }], 9)).toContain(
    'The answer was interrupted.',
  );
  const stop = { type: 'turn-stop', stopReason: 'end_turn' } as const;
  expect(read([...eventsOf('ab'), stop], 9)).toContain('[DONE]');
});
