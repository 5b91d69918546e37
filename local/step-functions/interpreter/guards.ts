import {
  StatesError,
  type Catcher,
  type Retrier,
} from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { assignIn, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { record } from '#local/template/json.ts';
import { writePath } from '#local/step-functions/expressions/paths.ts';
import type { Run, Trail } from '#local/step-functions/interpreter/run.ts';

export interface Guarding {
  readonly run: Run;
  readonly trail: Trail;
}

interface Outcome {
  readonly output: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly next: string | undefined;
}

/** Carries out a state with its `Retry` and `Catch`. Throws what neither of them takes. */
export async function guarded(
  frame: Frame,
  { run, trail }: Guarding,
  attempt: (frame: Frame) => Promise<Outcome>,
): Promise<Outcome> {
  const { state } = frame;
  const retriers = 'retry' in state ? state.retry : [];
  const catchers = 'catch' in state ? state.catch : [];
  const used = new Map<Retrier, number>();
  for (let RetryCount = 0; ; RetryCount += 1) {
    try {
      const own = {
        ...frame.context,
        State: { ...record(frame.context['State']), RetryCount },
      };
      return await attempt({ ...frame, context: own });
    } catch (thrown) {
      run.signal.throwIfAborted();
      const error = toStatesError(thrown);
      if (state.type !== 'Task') trail.add(`${state.type}StateFailed`, told(error));
      const retrier = retriers.find(({ errors }) => isNamed(errors, error));
      const count = retrier === undefined ? 0 : (used.get(retrier) ?? 0);
      if (retrier !== undefined && count < retrier.maxAttempts) {
        used.set(retrier, count + 1);
        await run.clock.sleep(delayMs(retrier, count), run.signal);
        continue;
      }
      const catcher = catchers.find(({ errors }) => isNamed(errors, error));
      if (catcher === undefined) throw error;
      return caught(frame, catcher, error);
    }
  }
}

function told({ error, causeText: cause }: StatesError): Readonly<Record<string, unknown>> {
  return { error, cause };
}

/** What a state threw that is no error of the States Language is one of the runtime. */
export function toStatesError(thrown: unknown): StatesError {
  if (thrown instanceof StatesError) return thrown;
  return new StatesError(
    'States.Runtime',
    thrown instanceof Error ? thrown.message : String(thrown),
  );
}

/** Errors that `States.ALL` does not stand for. */
const uncatchable: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

function isNamed(errors: readonly string[], { error }: StatesError): boolean {
  if (errors.includes(error)) return true;
  if (errors.includes('States.ALL')) return !uncatchable.has(error);
  return errors.includes('States.TaskFailed') && !error.startsWith('States.');
}

function delayMs(retrier: Retrier, count: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, hasJitter } = retrier;
  const seconds = Math.min(maxDelaySeconds, intervalSeconds * backoffRate ** count);
  return seconds * 1000 * (hasJitter ? Math.random() : 1);
}

async function caught(frame: Frame, catcher: Catcher, error: StatesError): Promise<Outcome> {
  const { state, input, variables, context } = frame;
  const errorOutput = { Error: error.error, Cause: error.causeText };
  const next = catcher.next;
  const assigned = await assignIn(frame, catcher.assign, { errorOutput });
  if (state.language === 'JSONata') {
    const scope = { states: { input, context, errorOutput }, variables };
    const output =
      catcher.output === undefined ? errorOutput : await evaluateAll(catcher.output, scope);
    return { output, next, variables: assigned };
  }
  const output =
    catcher.resultPath === null ? input : writePath(catcher.resultPath, input, errorOutput);
  return { output, next, variables: assigned };
}
