import { toChatError, type ErrorCode } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** For each model, the models that replace it, in order of preference. */
export type FallbackChains = Readonly<Record<string, readonly string[]>>;

/** Errors that another model may not have. */
const replaceableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'model_unavailable',
  'throttled',
]);

/**
 * Returns a model that asks its fallbacks if it is unavailable and the answer has not begun. The
 * `message-start` of an answer names the fallback that wrote it.
 */
export function withFallbacks(model: Model, chains: FallbackChains): Model {
  return {
    async *stream(request, signal) {
      const fallbacks = Object.hasOwn(chains, request.modelId) ? chains[request.modelId] : [];
      const modelIds = [request.modelId, ...(fallbacks ?? [])];
      for (const [index, modelId] of modelIds.entries()) {
        try {
          const answer = model.stream({ ...request, modelId }, signal);
          yield* index === 0 ? answer : withModelId(answer, modelId);
          return;
        } catch (error) {
          const isLast = index === modelIds.length - 1;
          const { code, hasOutput } = toChatError(error);
          if (hasOutput || isLast || !replaceableCodes.has(code)) throw error;
          request.observer?.onFallback();
        }
      }
    },
  };
}

async function* withModelId(
  events: AsyncIterable<StreamEvent>,
  modelId: string,
): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const event of events) {
    yield event.type === 'message-start' ? { ...event, modelId } : event;
  }
}

/**
 * Returns where a model id lets a request go: an inference profile to the Regions of its prefix
 * (`us.`, `eu.`, `global.`…), a plain id only to the caller's Region.
 */
function residencyOf(modelId: string): string {
  const [prefix = ''] = modelId.split('.');
  return /^(?:us|eu|apac|jp|au|us-gov|global)$/u.test(prefix) ? prefix : 'region';
}

/** Returns whether a fallback keeps a request within the Regions that the model allows. */
export function staysWithin(modelId: string, fallbackId: string): boolean {
  const [from, to] = [residencyOf(modelId), residencyOf(fallbackId)];
  return to === from || to === 'region' || from === 'global';
}
