import type { Model, ModelRequest } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * A model that emits the given events and records its requests. An `Error` among the events is
 * thrown at its position.
 */
export function createMemoryModel(
  events: readonly (StreamEvent | Error)[],
): Model & { readonly requests: readonly ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    requests,
    async *stream(request, signal) {
      requests.push(request);
      for (const event of events) {
        signal.throwIfAborted();
        if (event instanceof Error) throw event;
        yield event;
      }
    },
  };
}

/** Returns the events of an answer that consists of these text deltas and ends normally. */
export function saying(...pieces: readonly string[]): readonly StreamEvent[] {
  const deltas = pieces.map((text) => ({ type: 'text-delta', index: 0, text }) as const);
  return [
    { type: 'message-start' },
    ...deltas,
    { type: 'block-stop', index: 0 },
    { type: 'message-stop', stopReason: 'end_turn' },
    { type: 'usage', usage: usageOf(pieces.length) },
  ];
}

function usageOf(outputTokens: number): Extract<StreamEvent, { type: 'usage' }>['usage'] {
  const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
  return { inputTokens: 1, outputTokens, totalTokens: outputTokens + 1, ...cached };
}
