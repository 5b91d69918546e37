import { expect, test } from 'vitest';
import { recordArrivals } from './arrivals.ts';
import { createRawEvents, maxEvents, maxTextLength } from './raw-events.ts';

const text = (words = 'word '): { type: 'text-delta'; index: number; text: string } => ({
  type: 'text-delta',
  index: 0,
  text: words,
});

function recorder(isWhole = true) {
  let atMs = 0;
  const recording = recordArrivals(isWhole, () => atMs);
  return {
    ...recording,
    at(ms: number) {
      atMs = ms;
      return recording;
    },
  };
}

test('the summary has the first part, the last one, and the gaps between them', () => {
  const recording = recorder();
  recording.at(5).add({ type: 'turn-start', turnId: 't', modelId: 'm' });
  expect(recording.arrivals()).toMatchObject({ firstMs: undefined, gaps: undefined });
  for (const ms of [400, 410, 410.5, 420, 1_620, 1_640]) recording.at(ms).add(text());
  recording.at(1_700).end();
  const { gaps, ...arrivals } = recording.arrivals();
  expect(arrivals).toMatchObject({ firstMs: 400, lastMs: 1_640, endMs: 1_700, eventCount: 7 });
  expect(gaps).toMatchObject({ medianMs: 10, longestMs: 1_200, longestAtMs: 1_620 });
});

test('parts that arrive in one piece are one arrival', () => {
  const recording = recorder();
  for (let piece = 1; piece <= 5; piece += 1) {
    for (let part = 0; part < 20; part += 1) recording.at(piece * 50 + part / 100).add(text());
  }
  expect(Math.round(recording.arrivals().gaps?.medianMs ?? 0)).toBe(50);
});

test('a lost connection is counted and shown among the events', () => {
  const recording = recorder();
  recording.at(10).addConnection(true);
  recording.at(900).addConnection(false);
  const { losses, events } = recording.arrivals();
  expect(losses).toBe(1);
  expect(events.map(({ type }) => type)).toEqual(['connection-lost', 'connection-back']);
});

test('an answer of 15,000 parts takes no more room than a long one, and its gaps stay exact', () => {
  const recording = recorder();
  for (let part = 1; part <= 15_000; part += 1) recording.at(part * 20).add(text(`word ${part} `));
  const { events, eventCount, gaps } = recording.arrivals();
  expect(eventCount).toBe(15_000);
  expect(events.length).toBeLessThanOrEqual(maxEvents);
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(15_000);
  expect(JSON.stringify(events).length).toBeLessThan(100_000);
  expect(gaps).toMatchObject({ medianMs: 20 });
  expect(gaps?.bins.length).toBeLessThanOrEqual(92);
  expect(gaps?.bins.every((ms) => Math.round(ms) === 20)).toBe(true);
});

test('events that cannot be joined are left out in the middle, and none carries much text', () => {
  const events = createRawEvents();
  for (let index = 0; index < 1_000; index += 1) events.add('block', index, 'x'.repeat(5_000));
  const list = events.list();
  expect(events.count()).toBe(1_000);
  expect(list).toHaveLength(maxEvents);
  expect([list[0]?.atMs, list.at(-1)?.atMs]).toEqual([0, 999]);
  expect(list.every((each) => each.text.length <= maxTextLength + 1)).toBe(true);
});
