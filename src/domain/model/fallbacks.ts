import { toChatError, type ErrorCode } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import { trackFirstEvent } from '#domain/model/retry.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** For each model those that are asked in its place, in this order. */
export type FallbackChains = Readonly<Record<string, readonly string[]>>;

/** What another model may not have. */
const passedOn: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['model_unavailable', 'throttled']);

/**
 * A model in whose place others are asked while it is not there, as long as nothing was said yet.
 * The answer's `message-start` names the model that gave it, where it is another.
 */
export function withFallbacks(model: Model, chains: FallbackChains): Model {
  return {
    async *stream(request, signal) {
      const fallbacks = Object.hasOwn(chains, request.modelId) ? chains[request.modelId] : [];
      const modelIds = [request.modelId, ...(fallbacks ?? [])];
      for (const [index, modelId] of modelIds.entries()) {
        const progress = { hasSpoken: false };
        try {
          const answer = model.stream({ ...request, modelId }, signal);
          yield* index === 0
            ? trackFirstEvent(answer, progress)
            : named(trackFirstEvent(answer, progress), modelId);
          return;
        } catch (error) {
          const isLast = index === modelIds.length - 1;
          if (progress.hasSpoken || isLast || !passedOn.has(toChatError(error).code)) throw error;
        }
      }
    },
  };
}

async function* named(
  events: AsyncIterable<StreamEvent>,
  modelId: string,
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const event of events) {
    yield event.type === 'message-start' ? { ...event, modelId } : event;
  }
}

/**
 * Where a model id lets a request go: an inference profile across the Regions of its prefix
 * (`us.`, `eu.`, `global.`…), a plain id nowhere but the caller's Region.
 */
function residencyOf(modelId: string): string {
  const [prefix = ''] = modelId.split('.');
  return /^(?:us|eu|apac|jp|au|us-gov|global)$/u.test(prefix) ? prefix : 'region';
}

/** Whether a request for one model may be answered by another without leaving where it may go. */
export function staysWithin(modelId: string, fallbackId: string): boolean {
  const [from, to] = [residencyOf(modelId), residencyOf(fallbackId)];
  return to === from || to === 'region' || from === 'global';
}
