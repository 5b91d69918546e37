import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { toChatError, type ChatError } from '#domain/errors.ts';
import type {
  Operation,
  OperationListener,
  OperationObserver,
} from '#domain/operation/operation.ts';

/**
 * Runs an operation, of which the listener is informed if it listens to operations. One that the
 * signal has aborted has not failed: the turn says why it ended.
 */
export async function observeCall<Result>(
  listener: OperationListener | undefined,
  operation: Operation,
  run: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const observer = listener?.onOperation?.(operation);
  if (observer === undefined) return run();
  let failure: ChatError | undefined;
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted !== true) failure = toChatError(error);
    throw error;
  } finally {
    observer.onEnd(failure);
  }
}

/** A stream of events that ends early if the signal is aborted. */
interface Streaming {
  readonly signal: AbortSignal;
  stream(): AsyncIterable<StreamEvent>;
}

/**
 * Returns the events of an operation, of which the listener is informed if it listens to
 * operations. One that is aborted, or left by its reader, has not failed.
 */
export function observeStream(
  listener: OperationListener | undefined,
  operation: Operation,
  streaming: Streaming,
): AsyncIterable<StreamEvent> {
  const observe = listener?.onOperation;
  return observe === undefined ? streaming.stream() : passOn(() => observe(operation), streaming);
}

async function* passOn(
  begin: () => OperationObserver,
  { signal, stream }: Streaming,
): AsyncGenerator<StreamEvent, void, undefined> {
  const observer = begin();
  let failure: ChatError | undefined;
  try {
    for await (const event of stream()) {
      observer.onEvent(event);
      yield event;
    }
  } catch (error) {
    if (!signal.aborted) failure = toChatError(error);
    throw error;
  } finally {
    observer.onEnd(failure);
  }
}
