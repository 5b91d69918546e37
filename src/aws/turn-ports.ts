import { createBedrockClient, createBedrockModel } from '#aws/bedrock-model.ts';
import { bedrockPrices } from '#aws/bedrock-prices.ts';
import type { ChatEnvironment } from '#aws/environment.ts';
import { createKnowledge } from '#aws/knowledge-base.ts';
import { createKeeping, createLedger } from '#aws/keeping.ts';
import { withBreaker } from '#domain/breaker.ts';
import type { Clock } from '#domain/clock.ts';
import { withFallbacks } from '#domain/fallbacks.ts';
import type { TurnPorts } from '#domain/open-turn.ts';
import type { Model } from '#domain/ports.ts';
import { withRetries } from '#domain/retries.ts';
import { freeTools, type Toolbox } from '#domain/tools.ts';
import { withForm } from '#domain/with-form.ts';
import { withKnowledge } from '#domain/with-knowledge.ts';
import { withTools } from '#domain/with-tools.ts';

/** All that turns need, on Bedrock, DynamoDB and S3. */
export function createTurnPorts(
  environment: ChatEnvironment,
  clock: Clock,
  toolbox: Toolbox = noTools,
): TurnPorts {
  return {
    ...createKeeping(environment),
    ledger: createLedger(environment),
    model: createChatModel(environment, clock, toolbox),
    prices: bedrockPrices,
    clock,
  };
}

/** For functions whose requests bring tools of their own. */
const noTools: Toolbox = { open: () => Promise.resolve(freeTools([])) };

/** Bedrock's models as a chat wants them: tried again, left alone when down, replaced when away. */
function createChatModel(environment: ChatEnvironment, clock: Clock, toolbox: Toolbox): Model {
  const bedrock = withForm(createBedrockModel(createBedrockClient()));
  const chance = { random: Math.random };
  const patient = withRetries(withBreaker(bedrock, clock), { clock, chance });
  const present = withFallbacks(patient, environment.fallbacks);
  return withKnowledge(withTools(present, toolbox), createKnowledge(environment));
}
