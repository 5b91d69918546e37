import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import { callSpending } from '#domain/spending/pricing.ts';
import { createChain } from '#langchain/chain.ts';
import { credentials, haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});
afterAll(() => bedrock.close());

/** Returns how a chain's answer ends when the model answers as a scenario says. */
async function endOf(scenario: object): Promise<TextEvent | undefined> {
  const remove = bedrock.on(scenario);
  const region = 'us-east-1';
  const requestHandler = new NodeHttpHandler();
  const client = new BedrockRuntimeClient({
    endpoint: bedrock.url,
    region,
    credentials,
    requestHandler,
  });
  const chain = createChain({ modelId: haiku, region, maxTokens: 100, client });
  const events = await Array.fromAsync(chain([userMessage('Hi')], AbortSignal.timeout(10_000)));
  remove();
  return events.at(-1);
}

test('input that was read from or written to the cache counts, and costs, as cached', async () => {
  const usage = { input: 10, output: 20, cacheRead: 1_000, cacheWrite: 500 };
  const end = await endOf({ stream: [{ text: 'Hello.' }], usage });
  if (end?.type !== 'end' || end.usage === undefined) throw new Error('There is no usage');
  expect(end.usage).toEqual({
    inputTokens: 10,
    outputTokens: 20,
    totalTokens: 1_530,
    cacheReadInputTokens: 1_000,
    cacheWriteInputTokens: 500,
  });
  // 10 × 1,100 + 20 × 5,500 + 1,000 × 110 + 500 × 1,375, in billionths of a dollar.
  expect(callSpending(bedrockPrices, haiku, end.usage).nanoUsd).toBe(918_500);
});

test.each(['end_turn', 'max_tokens', 'malformed_model_output', 'malformed_tool_use'])(
  'an answer that ends with %s says so',
  async (stop) => {
    expect(await endOf({ stream: [{ text: 'Hello.' }], stop })).toMatchObject({ stopReason: stop });
  },
);
