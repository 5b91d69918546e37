import type { Clock } from '#domain/clock.ts';
import { ChatError, toChatError, type ErrorCode } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';

/** When a model counts as down, and how long it is not called then. */
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

/** Errors of a model that is down. Any other error is an answer of the model, such as a refusal. */
const downCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'model_error',
  'model_unavailable',
  'throttled',
]);

/**
 * Returns a model with a circuit breaker for each model id, in this execution environment. The
 * circuit opens after five failures in a row, or if more than half of at least twenty calls in ten
 * seconds fail. While it is open, calls throw `model_unavailable`. Then one probe call tests
 * whether the model is available again.
 */
export function withBreaker(model: Model, clock: Clock): Model {
  const circuits = new Map<string, Circuit>();
  return {
    async *stream(request, signal) {
      const circuit = circuits.get(request.modelId) ?? closedCircuit();
      circuits.set(request.modelId, circuit);
      const isProbe = enter(circuit, clock.now());
      try {
        yield* model.stream(request, signal);
        recordCall(circuit, clock.now(), false);
      } catch (error) {
        // An aborted call does not show whether the model is down.
        if (!signal.aborted) {
          recordCall(circuit, clock.now(), downCodes.has(toChatError(error).code));
        }
        throw error;
      } finally {
        if (isProbe) circuit.isProbed = false;
      }
    },
  };
}

function closedCircuit(): Circuit {
  return { calls: [], failuresInARow: 0, openUntilMs: 0, openMs: 0, isProbed: false };
}

/**
 * Admits a call and returns whether it is a probe. An open circuit admits only one probe at a time,
 * after its waiting time. Throws `model_unavailable` for a call that is not admitted.
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

function recordCall(circuit: Circuit, nowMs: number, failed: boolean): void {
  if (!failed && circuit.openMs > 0) Object.assign(circuit, closedCircuit());
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
