import { createBedrockClient } from '#aws/model/bedrock-model.ts';
import { createNativeModel } from '#aws/model/bedrock-native.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { readInvokeEnvironment } from '#aws/composition/environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerInvoke } from '#lambda/model/answer-invoke.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondStream } from '#lambda/runtime/respond-stream.ts';

const environment = readInvokeEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const ports = {
  model: createNativeModel(createBedrockClient()),
  ledger: createDynamoLedger(table, environment.limits),
  prices: bedrockPrices,
  clock: systemClock,
};

/** The invoke Function URL: any model in its own format, with its answer as text. */
export const handler = respondStream(createLogSecret(table), (request, invocation) =>
  answerInvoke(ports, environment, request, invocation),
);
