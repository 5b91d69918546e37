import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { StepState, WorkflowStep } from '#domain/document/document.ts';

/** A step or a part of one, while its events are read. */
interface Progress {
  name?: string;
  state: StepState;
}

interface StepProgress extends Progress {
  readonly name: string;
  readonly startedAtMs: number;
  finishedAtMs?: number;
  parts?: Progress[];
}

/** What an event is about. The events of parts that run at the same time are mixed. */
interface Place {
  readonly step: StepProgress;
  readonly part?: Progress;
  /** The next state is the first one of a part. */
  readonly isFork?: true;
}

/**
 * Returns the steps in the history of an execution, which comes in the order of time. A state is a
 * step, unless it is within a Map or a Parallel state: then it is of one of their parts.
 */
export function toSteps(events: readonly HistoryEvent[]): readonly WorkflowStep[] {
  const steps: StepProgress[] = [];
  const places = new Map<number, Place>();
  for (const event of events) {
    const place = read(event, places.get(event.previousEventId ?? 0), steps);
    if (place !== undefined && event.id !== undefined) places.set(event.id, place);
  }
  return steps;
}

function read(
  event: HistoryEvent,
  before: Place | undefined,
  steps: StepProgress[],
): Place | undefined {
  const type = event.type ?? '';
  if (type.endsWith('StateEntered')) return enter(event, before, steps);
  if (type.startsWith('Execution')) return endExecution(type, steps);
  if (before === undefined) return undefined;
  if (/^(?:Map|Parallel)State/u.test(type)) return readFanOut(event, before);
  if (type.startsWith('MapIteration')) return readIteration(event, before);
  const { step, part } = before;
  if (type.endsWith('StateExited')) return exit(event, before);
  const subject = part ?? step;
  if (/(?:Failed|TimedOut)$/u.test(type)) subject.state = 'retrying';
  if (type.endsWith('StateAborted')) subject.state = 'stopped';
  if (type.endsWith('Succeeded')) subject.state = 'running';
  return part === undefined ? { step } : { step, part };
}

function enter(
  { type, stateEnteredEventDetails: details, timestamp }: HistoryEvent,
  before: Place | undefined,
  steps: StepProgress[],
): Place | undefined {
  const name = details?.name ?? '';
  if (before?.isFork === true) {
    const part: Progress = { name, state: 'running' };
    (before.step.parts ??= []).push(part);
    return { step: before.step, part };
  }
  if (before?.part !== undefined) return before;
  // It does nothing but end the execution.
  if (type === 'FailStateEntered') return undefined;
  const step: StepProgress = { name, state: 'running', startedAtMs: timestamp?.getTime() ?? 0 };
  steps.push(step);
  return { step };
}

/** A state that is left after a failed attempt was left by an error that is handled elsewhere. */
function exit({ timestamp }: HistoryEvent, { step, part }: Place): Place {
  const subject = part ?? step;
  subject.state = subject.state === 'retrying' ? 'failed' : 'succeeded';
  if (part !== undefined) return { step, part };
  step.finishedAtMs = timestamp?.getTime() ?? 0;
  if (step.state === 'failed') stopOpen(step.parts);
  return { step };
}

function readFanOut(event: HistoryEvent, { step }: Place): Place {
  const { mapStateStartedEventDetails: map } = event;
  const type: string = event.type ?? '';
  if (type === 'ParallelStateStarted') return { step, isFork: true };
  if (type === 'MapStateStarted') {
    step.parts = Array.from({ length: map?.length ?? 0 }, () => ({ state: 'waiting' }));
  }
  if (type.endsWith('StateFailed')) step.state = 'retrying';
  return type.endsWith('StateExited') ? exit(event, { step }) : { step };
}

function readIteration(event: HistoryEvent, { step }: Place): Place {
  const details =
    event.mapIterationStartedEventDetails ??
    event.mapIterationSucceededEventDetails ??
    event.mapIterationFailedEventDetails ??
    event.mapIterationAbortedEventDetails;
  const part = step.parts?.[details?.index ?? -1];
  if (part === undefined) return { step };
  part.state = iterationStates.get(event.type ?? '') ?? part.state;
  return { step, part };
}

const iterationStates: ReadonlyMap<string, StepState> = new Map([
  ['MapIterationStarted', 'running'],
  ['MapIterationSucceeded', 'succeeded'],
  ['MapIterationFailed', 'failed'],
  ['MapIterationAborted', 'stopped'],
]);

/** What has not ended with its execution was ended by it. */
function endExecution(type: string, steps: StepProgress[]): undefined {
  if (!/(?:Failed|TimedOut|Aborted)$/u.test(type)) return;
  for (const step of steps.filter(({ finishedAtMs }) => finishedAtMs === undefined)) {
    step.state = type === 'ExecutionAborted' ? 'stopped' : 'failed';
    stopOpen(step.parts);
  }
}

function stopOpen(parts: Progress[] = []): void {
  for (const part of parts.filter(({ state }) => state === 'running' || state === 'retrying')) {
    part.state = 'stopped';
  }
}
