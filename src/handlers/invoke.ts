import { createBedrockClient } from '#aws/model/bedrock-model.ts';
import { createNativeModel } from '#aws/model/bedrock-native.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { readInvokeEnvironment } from '#aws/composition/environment.ts';
import { createLedger } from '#aws/composition/storage.ts';
import { answerInvoke } from '#lambda/model/answer-invoke.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondStream } from '#lambda/runtime/respond-stream.ts';

const environment = readInvokeEnvironment(process.env);
const ports = {
  model: createNativeModel(createBedrockClient()),
  ledger: createLedger(environment),
  prices: bedrockPrices,
  clock: systemClock,
};

/** The invoke Function URL: any model, asked in its own format, answering in plain text. */
export const handler = respondStream((request, invocation) =>
  answerInvoke(ports, environment, { request, invocation }),
);
