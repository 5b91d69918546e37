import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNativeModel } from '#aws/model/bedrock-native.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { readUsage } from '#documents/model-answers.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
  bedrock.on({
    stream: [{ text: 'Hello.' }],
    usage: { input: 10, output: 20, cacheRead: 1_000, cacheWrite: 500 },
  });
});
afterAll(() => bedrock.close());

const expected: Usage = {
  inputTokens: 10,
  outputTokens: 20,
  totalTokens: 1_530,
  cacheReadInputTokens: 1_000,
  cacheWriteInputTokens: 500,
};

test.each([haiku, novaLite])('%s counts cached input as cached in its own format', async (id) => {
  const native = createNativeModel(bedrock.http1());
  const body = native.bodyFor(id, 'Hi', 100) ?? {};
  const json = 'application/json';
  const request = { modelId: id, body, contentType: json, accept: json };
  const signal = AbortSignal.timeout(10_000);
  const streamed = await Array.fromAsync(native.stream(request, signal));
  expect(streamed.at(-1)).toEqual({ type: 'end', usage: expected });
  const whole = await native.invoke(request, signal);
  expect(whole.usage).toEqual(expected);
  // Workflows of documents have only the body.
  expect(readUsage(id, whole.body)).toEqual(expected);
});
