import { createBedrockClient, createBedrockModel } from '#aws/bedrock-model.ts';
import { bedrockPrices } from '#aws/bedrock-prices.ts';
import type { ChatEnvironment } from '#aws/environment.ts';
import { createKeeping, createLedger } from '#aws/keeping.ts';
import { withBreaker } from '#domain/breaker.ts';
import type { Clock } from '#domain/clock.ts';
import { withFallbacks, type FallbackChains } from '#domain/fallbacks.ts';
import type { TurnPorts } from '#domain/open-turn.ts';
import type { Model } from '#domain/ports.ts';
import { withRetries } from '#domain/retries.ts';

/** All that turns need, on Bedrock, DynamoDB and S3. */
export function createTurnPorts(environment: ChatEnvironment, clock: Clock): TurnPorts {
  return {
    ...createKeeping(environment),
    ledger: createLedger(environment),
    model: createChatModel(environment.fallbacks, clock),
    prices: bedrockPrices,
    clock,
  };
}

/** Bedrock's models as a chat wants them: tried again, left alone when down, replaced when away. */
function createChatModel(fallbacks: FallbackChains, clock: Clock): Model {
  const bedrock = createBedrockModel(createBedrockClient());
  const chance = { random: Math.random };
  return withFallbacks(withRetries(withBreaker(bedrock, clock), { clock, chance }), fallbacks);
}
