import { expect, test } from 'vitest';
import type { SpanJson } from './spans-json.ts';
import { endOf, rowsOfArrivals, rowsOfSpans } from './timeline.ts';
import { factsOf } from './trace-facts.ts';

const startMs = Date.parse('2026-11-30T15:00:00.000Z');

function span(
  [fromMs, durationMs]: readonly [number, number],
  attributes: SpanJson['attributes'],
  status: SpanJson['status'] = 'unset',
): SpanJson {
  const startedAt = new Date(startMs + fromMs).toISOString();
  return { name: 'span', startedAt, durationMs, status, attributes };
}

const write = (at: number, name: string): SpanJson => span([at, 5], { 'streambed.write': name });
const call = (times: readonly [number, number], more: SpanJson['attributes'] = {}): SpanJson =>
  span(
    times,
    { 'gen_ai.operation.name': 'chat', ...more },
    'error.type' in more ? 'error' : 'unset',
  );
const turn = (attributes: SpanJson['attributes'] = {}): SpanJson =>
  span([0, 2_000], { 'streambed.turn_id': 't', ...attributes });

test('the rows of a turn show its writes, each call with the pause before it, and its answer', () => {
  const spans = [
    turn(),
    write(1, 'reserve'),
    write(2, 'begin'),
    call([10, 90], { 'error.type': 'throttled' }),
    call([400, 1_500], { 'gen_ai.response.time_to_first_chunk': 0.3 }),
    write(900, 'append'),
    write(1_400, 'append'),
    write(1_905, 'finish'),
  ];
  const rows = rowsOfSpans(spans, startMs);
  expect(rows).toMatchObject([
    { name: 'limits' },
    { name: 'stored' },
    {
      name: 'call',
      attempt: 1,
      error: 'throttled',
      bars: [{ fromMs: 10, toMs: 100, kind: 'bad' }],
    },
    { name: 'pause', bars: [{ fromMs: 100, toMs: 400 }] },
    { name: 'call', attempt: 2, bars: [{ fromMs: 400, toMs: 700 }] },
    { name: 'answer', bars: [{ fromMs: 700, toMs: 1_900 }] },
    { name: 'appends', bars: [{ fromMs: 900 }, { fromMs: 1_400 }] },
    { name: 'finish' },
  ]);
  expect(endOf(rows)).toBe(1_910);
});

test('a call of another model than the first one is a fallback', () => {
  const of = (model: string): SpanJson['attributes'] => ({ 'gen_ai.request.model': model });
  const rows = rowsOfSpans([turn(), call([1, 5], of('a')), call([9, 5], of('b'))], startMs);
  expect(rows).toMatchObject([{ name: 'call' }, { name: 'fallback', attempt: 2 }]);
});

test('tools and searches have rows with their names', () => {
  const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'read_notes' };
  const rows = rowsOfSpans(
    [turn(), span([5, 5], { 'gen_ai.operation.name': 'retrieval' }), span([20, 9], tool, 'error')],
    startMs,
  );
  expect(rows).toMatchObject([
    { name: 'search' },
    { name: 'tool', detail: 'read_notes', error: 'error' },
  ]);
});

test('what a tab saw has a row for the wait and one for what arrived', () => {
  const saw = { startedAtMs: 0, gaps: undefined, losses: 0, eventCount: 0, events: [] };
  const rows = rowsOfArrivals({ ...saw, isWhole: true, firstMs: 40, lastMs: 90, endMs: 95 });
  expect(rows.map(({ name }) => name)).toEqual(['first', 'arriving']);
  const joined = rowsOfArrivals({
    ...saw,
    isWhole: false,
    firstMs: 4,
    lastMs: 9,
    endMs: undefined,
  });
  expect(joined.map(({ name }) => name)).toEqual(['arriving']);
});

test('the facts count what a turn did', () => {
  const facts = factsOf([
    turn({ 'streambed.retries': 1, 'gen_ai.response.finish_reasons': ['end_turn'] }),
    write(1, 'begin'),
    call([10, 90], { 'error.type': 'throttled' }),
    call([400, 500]),
  ]);
  expect(facts).toMatchObject({ retries: 1, fallbacks: 0, writes: 1, stopReason: 'end_turn' });
  expect(facts).toMatchObject({ refusedByBreaker: 0, isColdStart: false, receivedAtMs: startMs });
  expect(factsOf([write(1, 'begin')])).toBeUndefined();
});

test('a fallback or an end without a failed call is the circuit breaker’s', () => {
  const fallback = { 'streambed.fallbacks': 1 };
  const unavailable = { 'error.type': 'model_unavailable' };
  const refusedIn = (...spans: readonly SpanJson[]): number | undefined =>
    factsOf(spans)?.refusedByBreaker;
  expect(refusedIn(turn(fallback), call([1, 5]))).toBe(1);
  expect(refusedIn(turn(fallback), call([1, 2], unavailable), call([4, 5]))).toBe(0);
  expect(refusedIn(turn({ ...fallback, ...unavailable }))).toBe(2);
  expect(refusedIn(turn(unavailable), call([1, 2], unavailable))).toBe(0);
});
