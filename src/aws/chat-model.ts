import { createBedrockClient, createBedrockModel } from '#aws/bedrock-model.ts';
import { withBreaker } from '#domain/breaker.ts';
import type { Clock } from '#domain/clock.ts';
import { withFallbacks, type FallbackChains } from '#domain/fallbacks.ts';
import type { Model } from '#domain/ports.ts';
import { withRetries } from '#domain/retries.ts';

/** Bedrock's models as a chat wants them: tried again, left alone when down, replaced when away. */
export function createChatModel(
  { fallbacks }: { readonly fallbacks: FallbackChains },
  clock: Clock,
): Model {
  const bedrock = createBedrockModel(createBedrockClient());
  const chance = { random: Math.random };
  return withFallbacks(withRetries(withBreaker(bedrock, clock), { clock, chance }), fallbacks);
}
