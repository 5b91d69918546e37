import { createBedrockClient, createBedrockModel } from '#aws/model/bedrock-model.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import type { ChatEnvironment } from '#aws/composition/environment.ts';
import { createKnowledge } from '#aws/model/knowledge-base.ts';
import { createConversationStorage, createLedger } from '#aws/composition/storage.ts';
import { withBreaker } from '#domain/model/breaker.ts';
import type { Clock } from '#domain/clock.ts';
import { withFallbacks } from '#domain/model/fallbacks.ts';
import type { TurnPorts } from '#domain/turn/open-turn.ts';
import type { Model } from '#domain/model/model.ts';
import { withRetry } from '#domain/model/retry.ts';
import { freeTools, type Toolbox } from '#domain/model/tools.ts';
import { withOutputSchema } from '#domain/model/output-schema.ts';
import { withKnowledge } from '#domain/model/with-knowledge.ts';
import { withTools } from '#domain/model/with-tools.ts';

/** All that turns need, on Bedrock, DynamoDB and S3. */
export function createTurnPorts(
  environment: ChatEnvironment,
  clock: Clock,
  toolbox: Toolbox = noTools,
): TurnPorts {
  return {
    ...createConversationStorage(environment),
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
  const bedrock = withOutputSchema(createBedrockModel(createBedrockClient()));
  const chance = { random: Math.random };
  const patient = withRetry(withBreaker(bedrock, clock), { clock, chance });
  const present = withFallbacks(patient, environment.fallbacks);
  return withKnowledge(withTools(present, toolbox), createKnowledge(environment));
}
