import { createBedrockClient } from '#aws/bedrock-model.ts';
import { createNativeModel } from '#aws/bedrock-native.ts';
import { bedrockPrices } from '#aws/bedrock-prices.ts';
import { readInvokeEnvironment } from '#aws/environment.ts';
import { createLedger } from '#aws/keeping.ts';
import { answerInvoke } from '#lambda/answer-invoke.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';

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
