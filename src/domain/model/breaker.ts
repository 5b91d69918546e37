import type { Clock } from '#domain/clock.ts';
import { ChatError, toChatError, type ErrorCode } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';

/** When a model counts as down, and for how long it is left alone then. */
const policy = {
  failuresInARow: 5,
  windowMs: 10_000,
  callsInWindow: 20,
  openMs: { first: 5_000, max: 60_000 },
};

interface Circuit {
  /** The latest calls, oldest first. */
  calls: readonly { readonly atMs: number; readonly failed: boolean }[];
  failuresInARow: number;
  openUntilMs: number;
  openMs: number;
  isProbed: boolean;
}

/** What says that a model is down; anything else it has answered, though with a refusal. */
const downCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'model_error',
  'model_unavailable',
  'throttled',
]);

/**
 * A model that is left alone for a while when it fails and fails: five times in a row, or more than
 * half of at least twenty calls in ten seconds. Then one call tries whether it is back. Each model
 * has a circuit of its own, in this execution environment.
 */
export function withBreaker(model: Model, clock: Clock): Model {
  const circuits = new Map<string, Circuit>();
  return {
    async *stream(request, signal) {
      const circuit = circuits.get(request.modelId) ?? closed();
      circuits.set(request.modelId, circuit);
      const isProbe = enter(circuit, clock.now());
      try {
        yield* model.stream(request, signal);
        note(circuit, clock.now(), false);
      } catch (error) {
        // Of a model that was not waited for nothing is known.
        if (!signal.aborted) note(circuit, clock.now(), downCodes.has(toChatError(error).code));
        throw error;
      } finally {
        if (isProbe) circuit.isProbed = false;
      }
    },
  };
}

function closed(): Circuit {
  return { calls: [], failuresInARow: 0, openUntilMs: 0, openMs: 0, isProbed: false };
}

/**
 * Lets a call through; an open circuit only one at a time, and only when its time is over. Tells
 * whether the call is such a probe.
 */
function enter(circuit: Circuit, nowMs: number): boolean {
  if (circuit.openMs === 0) return false;
  if (nowMs < circuit.openUntilMs || circuit.isProbed) {
    const seconds = Math.ceil(Math.max(1_000, circuit.openUntilMs - nowMs) / 1_000);
    throw new ChatError('model_unavailable', 'The model is not available at the moment.', {
      retryAfterSeconds: seconds,
    });
  }
  circuit.isProbed = true;
  return true;
}

function note(circuit: Circuit, nowMs: number, failed: boolean): void {
  if (!failed && circuit.openMs > 0) Object.assign(circuit, closed());
  circuit.failuresInARow = failed ? circuit.failuresInARow + 1 : 0;
  const recent = circuit.calls.filter(({ atMs }) => atMs > nowMs - policy.windowMs);
  circuit.calls = [...recent, { atMs: nowMs, failed }];
  if (!failed || !isDown(circuit)) return;
  const { first, max } = policy.openMs;
  circuit.openMs = circuit.openMs === 0 ? first : Math.min(2 * circuit.openMs, max);
  circuit.openUntilMs = nowMs + circuit.openMs;
}

function isDown({ openMs, failuresInARow, calls }: Circuit): boolean {
  const failures = calls.filter(({ failed }) => failed).length;
  const isMostlyFailing = calls.length >= policy.callsInWindow && failures > calls.length / 2;
  return openMs > 0 || failuresInARow >= policy.failuresInARow || isMostlyFailing;
}
