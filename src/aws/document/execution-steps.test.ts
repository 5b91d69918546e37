import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { toSteps } from '#aws/document/execution-steps.ts';

type Event = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp'> & {
  readonly after?: number;
};

/** Returns a history: events follow the one before them, or the one with the number `after`. */
function history(...events: readonly Event[]): readonly HistoryEvent[] {
  return events.map(({ after, ...event }, at) => {
    const place = { id: at + 1, previousEventId: after ?? at };
    return Object.assign(event, place, { timestamp: new Date((at + 1) * 1_000) });
  });
}

const entered = (name: string, type = 'TaskStateEntered', after?: number): Event => ({
  type: type === 'Map' ? 'MapStateEntered' : 'TaskStateEntered',
  stateEnteredEventDetails: { name },
  ...(after === undefined ? {} : { after }),
});
const exited = (after?: number): Event => ({
  type: 'TaskStateExited',
  ...(after === undefined ? {} : { after }),
});
const begin: Event = { type: 'ExecutionStarted' };
const failed = (after?: number): Event => ({
  type: 'TaskFailed',
  ...(after === undefined ? {} : { after }),
});

test('a step has the times at which it was entered and left', () => {
  const events = history(
    begin,
    entered('ExtractText'),
    { type: 'LambdaFunctionScheduled' },
    { type: 'LambdaFunctionSucceeded' },
    exited(),
    entered('Next'),
  );
  expect(toSteps(events)).toEqual([
    { name: 'ExtractText', state: 'succeeded', startedAtMs: 2_000, finishedAtMs: 5_000 },
    { name: 'Next', state: 'running', startedAtMs: 6_000 },
  ]);
});

test('a step is retried after a failed attempt, until an attempt succeeds', () => {
  const attempts = [
    begin,
    entered('GenerateSummary'),
    { type: 'TaskScheduled' },
    failed(),
  ] as const;
  const stateOf = (...more: readonly Event[]): string | undefined =>
    toSteps(history(...attempts, ...more))[0]?.state;
  expect(stateOf()).toBe('retrying');
  expect(stateOf({ type: 'TaskScheduled' }, { type: 'TaskStarted' })).toBe('retrying');
  expect(stateOf({ type: 'TaskScheduled' }, { type: 'TaskSucceeded' }, exited())).toBe('succeeded');
  // The error was caught.
  expect(stateOf(exited())).toBe('failed');
});

test('the parts of a Map state are distinguished by the events that they follow', () => {
  const events = history(
    begin,
    { type: 'MapStateEntered', stateEnteredEventDetails: { name: 'AnalyzeContent' } },
    { type: 'MapStateStarted', mapStateStartedEventDetails: { length: 4 } },
    { type: 'MapIterationStarted', mapIterationStartedEventDetails: { index: 0 } },
    { type: 'MapIterationStarted', mapIterationStartedEventDetails: { index: 1 }, after: 3 },
    { type: 'MapIterationStarted', mapIterationStartedEventDetails: { index: 2 }, after: 3 },
    entered('AnalyzePart', 'Task', 4),
    entered('AnalyzePart', 'Task', 5),
    entered('AnalyzePart', 'Task', 6),
    failed(8),
    exited(7),
    {
      type: 'MapIterationSucceeded',
      mapIterationSucceededEventDetails: { index: 0 },
    },
  );
  expect(toSteps(events)).toEqual([
    {
      name: 'AnalyzeContent',
      state: 'running',
      startedAtMs: 2_000,
      parts: [
        { state: 'succeeded' },
        { state: 'retrying' },
        { state: 'running' },
        { state: 'waiting' },
      ],
    },
  ]);
});

test('a Map state whose part fails has failed, and its other parts were stopped', () => {
  const events = history(
    begin,
    { type: 'MapStateEntered', stateEnteredEventDetails: { name: 'AnalyzeContent' } },
    { type: 'MapStateStarted', mapStateStartedEventDetails: { length: 3 } },
    { type: 'MapIterationStarted', mapIterationStartedEventDetails: { index: 0 } },
    { type: 'MapIterationStarted', mapIterationStartedEventDetails: { index: 1 }, after: 3 },
    entered('AnalyzePart', 'Task', 4),
    failed(),
    exited(),
    { type: 'FailStateEntered', stateEnteredEventDetails: { name: 'AnalyzePartFailed' } },
    { type: 'MapIterationFailed', mapIterationFailedEventDetails: { index: 0 } },
    { type: 'MapStateFailed' },
    { type: 'MapStateExited' },
    entered('StoreFailure'),
  );
  const [step, next] = toSteps(events);
  expect(step).toMatchObject({
    state: 'failed',
    finishedAtMs: 12_000,
    parts: [{ state: 'failed' }, { state: 'stopped' }, { state: 'waiting' }],
  });
  expect(next).toMatchObject({ name: 'StoreFailure', state: 'running' });
});

test('the parts of a Parallel state have the names of their states', () => {
  const events = history(
    begin,
    { type: 'ParallelStateEntered', stateEnteredEventDetails: { name: 'AnalyzeText' } },
    { type: 'ParallelStateStarted' },
    entered('DetectSentiment'),
    entered('FindKeywords', 'Task', 3),
    { type: 'TaskSucceeded', after: 4 },
    exited(),
  );
  expect(toSteps(events)[0]?.parts).toEqual([
    { name: 'DetectSentiment', state: 'succeeded' },
    { name: 'FindKeywords', state: 'running' },
  ]);
});

test('what had not ended when its execution was aborted was stopped', () => {
  const events = history(begin, entered('ExtractText'), { type: 'ExecutionAborted' });
  expect(toSteps(events)).toEqual([{ name: 'ExtractText', state: 'stopped', startedAtMs: 2_000 }]);
});
