import type { ChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import type { OneShotEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { createS3Attachments } from '#aws/conversation/s3-attachments.ts';
import { createS3 } from '#aws/request/open-s3.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import type { Table } from '#aws/dynamo/table.ts';
import type { ConverseClient } from '#aws/bedrock/converse-client.ts';
import { createHttpConverse } from '#aws/bedrock/http-converse.ts';
import { createBedrockModel } from '#aws/model/bedrock-model.ts';
import { withGuardrail } from '#aws/model/guardrail.ts';
import { createKnowledge } from '#aws/model/knowledge-base.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import type { Clock } from '#domain/clock.ts';
import { withBreaker } from '#domain/model/breaker.ts';
import { withFallbacks } from '#domain/model/fallbacks.ts';
import type { Model } from '#domain/model/model.ts';
import { withOutputSchema } from '#domain/model/output-schema.ts';
import { withRefusals } from '#domain/chat/refusals.ts';
import { withRetry } from '#domain/model/retry.ts';
import { localTools, type Toolbox } from '#domain/model/tools.ts';
import { withKnowledge } from '#domain/model/with-knowledge.ts';
import { withTools } from '#domain/model/with-tools.ts';
import { observeStream } from '#domain/operation/observe.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';

/** Returns everything that running turns needs, on Bedrock, DynamoDB and S3. */
export function createTurnPorts(
  table: Table,
  environment: ChatEnvironment,
  clock: Clock,
  toolbox: Toolbox = noTools,
): TurnPorts {
  const model = withRefusals(createChatModel(environment, clock, toolbox), environment);
  return { ...createOneShotPorts(table, environment, clock), model };
}

/** Returns everything that turns need besides a model. */
export function createOneShotPorts(
  table: Table,
  environment: OneShotEnvironment,
  clock: Clock,
): Omit<TurnPorts, 'model'> {
  return {
    ...createConversationStorage(table, environment),
    attachments: createS3Attachments(createS3(), environment.answersBucket),
    ledger: createDynamoLedger(table, environment.limits),
    prices: bedrockPrices,
    clock,
  };
}

/** For functions whose callers bring their own tools. */
const noTools: Toolbox = { open: () => Promise.resolve(localTools([])) };

/** Returns a model each of whose calls is an operation. A call that never reaches it is none. */
export function withOperations(model: Model): Model {
  return {
    stream: (request, signal) =>
      observeStream(
        request.observer,
        { type: 'model-call', modelId: request.modelId },
        { signal, stream: () => model.stream(request, signal) },
      ),
  };
}

/**
 * Each decorator needs the ones inside it: the breaker counts every attempt, so it is inside the
 * retry; a fallback is asked when the retries are used up; each step of the tools has all of that;
 * and one search serves all steps.
 */
function createChatModel(environment: ChatEnvironment, clock: Clock, toolbox: Toolbox): Model {
  const client = environment.client === 'sdk' ? sdkConverse() : createHttpConverse();
  const guarded = createBedrockModel(withGuardrail(client, environment.guardrail));
  const bedrock = withOperations(withOutputSchema(guarded));
  const retried = withRetry(withBreaker(bedrock, clock), { clock, random: Math.random });
  const replaceable = withFallbacks(retried, environment.fallbacks);
  return withKnowledge(withTools(replaceable, toolbox), createKnowledge(environment));
}

/** Loads the AWS SDK when the first model is called. It is in a file of its own beside each bundle. */
function sdkConverse(): ConverseClient {
  let opened: Promise<ConverseClient> | undefined;
  return { stream: async (input, signal) => (await (opened ??= openSdk())).stream(input, signal) };
}

async function openSdk(): Promise<ConverseClient> {
  const sdk = await import('#aws/bedrock/sdk-converse.ts');
  return sdk.createSdkConverse(sdk.createBedrockClient());
}
