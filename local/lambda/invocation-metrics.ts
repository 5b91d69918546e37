import type { MetricStore, Sample } from '#local/cloudwatch/metric-store.ts';

/** Records what the invocations of a function did. */
export interface InvocationMetrics {
  /** An invocation began, as one of several at once. */
  began(concurrency: Concurrent): void;
  ended(invocation: MeasuredInvocation): void;
  /** An invocation was refused at a limit of concurrency. */
  throttled(): void;
}

/** How many invocations run at once. */
export interface Concurrent {
  readonly ofFunction: number;
  readonly ofAccount: number;
}

export interface MeasuredInvocation {
  /** When it began, in milliseconds since 1970: AWS's metrics have this time. */
  readonly beganAt: number;
  /** Absent if the init phase failed. */
  readonly durationMs?: number | undefined;
  readonly isError: boolean;
}

type Value = Pick<Sample, 'unit' | 'value'>;

const count = (value: number): Value => ({ unit: 'Count', value });

/** Returns what records the metrics of Lambda for one function. */
export function createInvocationMetrics(
  functionName: string,
  store: MetricStore,
  now: () => number,
): InvocationMetrics {
  const ofFunction = { name: 'FunctionName', value: functionName };
  const ofResource = { name: 'Resource', value: functionName };
  const add = (name: string, at: number, value: Value, dimensions: Dimensions): void =>
    store.add({ metric: { namespace: 'AWS/Lambda', name, dimensions }, at, ...value });
  // Each metric exists for the function, for what was invoked, and for all functions together.
  const addAll = (name: string, at: number, value: Value): void => {
    for (const dimensions of [[ofFunction], [ofFunction, ofResource], []]) {
      add(name, at, value, dimensions);
    }
  };
  return {
    began(concurrent) {
      const at = now();
      add('ConcurrentExecutions', at, count(concurrent.ofFunction), [ofFunction]);
      add('ConcurrentExecutions', at, count(concurrent.ofFunction), [ofFunction, ofResource]);
      add('ConcurrentExecutions', at, count(concurrent.ofAccount), []);
    },
    ended({ beganAt, durationMs, isError }) {
      addAll('Invocations', beganAt, count(1));
      addAll('Errors', beganAt, count(isError ? 1 : 0));
      addAll('Throttles', beganAt, count(0));
      if (durationMs === undefined) return;
      addAll('Duration', beganAt, { unit: 'Milliseconds', value: durationMs });
    },
    throttled: () => addAll('Throttles', now(), count(1)),
  };
}

type Dimensions = Sample['metric']['dimensions'];
