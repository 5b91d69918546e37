import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpConverse } from '#aws/bedrock/http-converse.ts';
import { createBedrockModel } from '#aws/model/bedrock-model.ts';
import { createNativeModel } from '#aws/model/bedrock-native.ts';
import { withGuardrail } from '#aws/model/guardrail.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { callSpending, maxSpending } from '#domain/spending/pricing.ts';
import { maxUsage } from '#domain/model/estimate-tokens.ts';
import { createChain } from '#langchain/chain.ts';
import { readGuardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { credentials, haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/*
 * The judge is the local Bedrock, called by every client of ours.
 */

let bedrock: RunningBedrock;
const region = 'us-east-1';
const guardrail = { id: 'abcdef123456', version: '1' };
const blocked = 'Sorry, not about that.';

beforeAll(async () => {
  const policy = {
    id: guardrail.id,
    blockedInputMessaging: blocked,
    blockedOutputsMessaging: blocked,
    wordPolicyConfig: { wordsConfig: [{ text: 'forbidden' }] },
  };
  bedrock = await startBedrock({ guardrails: [readGuardrail(policy, 'guardrails.0')] });
});
afterAll(() => bedrock.close());

const signal = AbortSignal.timeout(20_000);

const client = () =>
  createHttpConverse({ service: 'bedrock', region, endpoint: bedrock.url, credentials });

async function ask(request: Partial<ModelRequest>, guarded = true): Promise<Answer> {
  const model = createBedrockModel(withGuardrail(client(), guarded ? guardrail : undefined));
  const base = { owner: 'ada', modelId: haiku, messages: [userMessage('Hi')], inference: {} };
  let answer = emptyAnswer;
  for await (const event of model.stream({ ...base, ...request }, signal)) {
    answer = accumulate(answer, event);
  }
  return answer;
}

const messages = [userMessage('Say the forbidden word.')];

test('a guardrail stops a chat, and only one that it is for', async () => {
  expect((await ask({ messages }, false)).stopReason).toBe('end_turn');
  const { stopReason, content } = await ask({ messages });
  expect(stopReason).toBe('guardrail_intervened');
  expect(content).toMatchObject([{ type: 'text', text: blocked }]);
});

test("a guardrail stops requests in models' own formats, and LangChain's", async () => {
  const native = createNativeModel(bedrock.http1(), { guardrail });
  const json = 'application/json';
  const body = native.bodyFor(haiku, 'Say the forbidden word.', 100) ?? {};
  const request = { modelId: haiku, body, contentType: json, accept: json };
  expect((await native.invoke(request, signal)).body).toContain(blocked);
  const streamed = await Array.fromAsync(native.stream(request, signal));
  expect(streamed.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(blocked);
  const settings = { modelId: haiku, region, maxTokens: 100, client: bedrock.http1(), guardrail };
  const chain = await Array.fromAsync(createChain(settings)(messages, signal));
  expect(chain.at(-1)).toMatchObject({ type: 'end', stopReason: 'guardrail_intervened' });
});

test('every service tier and effort is accepted', async () => {
  for (const serviceTier of ['flex', 'priority', 'reserved'] as const) {
    expect((await ask({ serviceTier })).stopReason).toBe('end_turn');
  }
  const modelId = 'us.anthropic.claude-opus-4-8';
  const thinking = await ask({ modelId, effort: 'max', inference: { maxTokens: 4_096 } });
  expect(thinking.content.map(({ type }) => type)).toEqual(['reasoning', 'text']);
});

test('a prompt that stays in the cache for an hour costs what that costs, and is reserved', async () => {
  const request: ModelRequest = {
    owner: 'ada',
    modelId: haiku,
    messages: [userMessage('Hi')],
    system: 'Be kind to everybody. '.repeat(1_500),
    inference: { maxTokens: 100 },
    promptCache: '1h',
  };
  const { usage } = await ask(request);
  if (usage === undefined) throw new Error('There is no usage');
  const { inputTokens, outputTokens, cacheWriteInputTokens: written } = usage;
  expect(written).toBeGreaterThan(4_096);
  expect(usage.cacheWrite1hInputTokens).toBe(written);
  const { nanoUsd } = callSpending(bedrockPrices, haiku, usage);
  expect(nanoUsd).toBe(inputTokens * 1_100 + outputTokens * 5_500 + written * 2_200);
  const max = maxSpending(bedrockPrices, [haiku], maxUsage(request), request);
  expect(max.nanoUsd).toBeGreaterThanOrEqual(nanoUsd);
  const short = maxSpending(bedrockPrices, [haiku], maxUsage(request));
  expect(short.nanoUsd).toBeLessThan(max.nanoUsd);
});
