import { expect, test } from 'vitest';
import { takeEntry, type LogEvent } from '#domain/conversation/turn-log.ts';

const delta = (text: string): LogEvent => ({ type: 'text-delta', index: 0, text });
const textOf = (events: readonly LogEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

test('events that do not fit into one entry are split into several, in order and without loss', () => {
  const text = '川'.repeat(150_000);
  const events = [delta('a'), delta(text)];
  const entries: string[] = [];
  while (events.length > 0) entries.push(textOf(takeEntry(events)));
  expect(entries.join('')).toBe(`a${text}`);
  expect(entries).toHaveLength(3);
  for (const entry of entries) expect(Buffer.byteLength(entry)).toBeLessThan(350_000);
});

test('a surrogate pair is never split', () => {
  const text = `x${'𠮷'.repeat(80_000)}`;
  const events = [delta(text)];
  while (events.length > 0) expect(textOf(takeEntry(events)).isWellFormed()).toBe(true);
});
