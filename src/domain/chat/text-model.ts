import { ChatError, type ErrorCode } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import { afterOutput } from '#domain/model/output-mark.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { observeStream } from '#domain/operation/observe.ts';

/**
 * Returns a model that answers with a stream of text, so that it can answer a turn. The answer
 * begins with the first text: an error before it can still become a status.
 */
export function textModel(stream: (signal: AbortSignal) => AsyncIterable<TextEvent>): Model {
  return {
    stream: ({ observer, modelId }, signal) =>
      observeStream(
        observer,
        { type: 'model-call', modelId },
        { signal, stream: () => toStreamEvents(stream(signal)) },
      ),
  };
}

async function* toStreamEvents(
  events: AsyncIterable<TextEvent>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let hasBegun = false;
  for await (const event of events) {
    if (!hasBegun) yield { type: 'message-start' };
    hasBegun = true;
    if (event.type === 'text') {
      yield { type: 'text-delta', index: 0, text: event.text };
      continue;
    }
    yield { type: 'message-stop', stopReason: event.stopReason ?? 'end_turn' };
    if (event.usage !== undefined) yield { type: 'usage', usage: event.usage };
  }
}

/**
 * Emits an answer that arrives in one piece. Unless an error shows that the model did not begin, it
 * may have answered, and counts as having done so: the same request is not paid for again.
 */
export async function* wholeText(
  ask: () => Promise<{ readonly body: string; readonly usage?: Usage }>,
): AsyncGenerator<TextEvent, void, undefined> {
  try {
    const { body, usage } = await ask();
    yield { type: 'text', text: body };
    yield usage === undefined ? { type: 'end' } : { type: 'end', usage };
  } catch (error) {
    throw isRefusal(error) ? error : afterOutput(error);
  }
}

const refusalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'internal',
  'invalid_request',
  'model_unavailable',
  'not_found',
  'throttled',
]);

/** Returns whether the model certainly did not begin. After a timeout, that is unknown. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  const isTimeout = error.cause instanceof Error && error.cause.name === 'TimeoutError';
  return refusalCodes.has(error.code) && !isTimeout;
}
