import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { haiku, novaLite, startBedrock, user } from '#test/fixtures/bedrock.ts';

const clock = createVirtualClock();

test('requests per minute are limited and available again after a minute', async () => {
  const limited = await startBedrock({ clock, quota: { rpm: 2 } });
  const send = (): Promise<unknown> =>
    limited.http1().send(new ConverseCommand({ modelId: haiku, messages: [user('Hi')] }));
  await send();
  await send();
  await expect(send()).rejects.toThrow('Too many requests, please wait before trying again.');
  await clock.sleep(60_001);
  await expect(send()).resolves.toBeDefined();
  await limited.close();
});

test('maxTokens are reserved from the token quota and unused tokens are returned', async () => {
  const limited = await startBedrock({ clock, quota: { tpm: 3_000 } });
  const send = (maxTokens: number): Promise<unknown> =>
    limited.http1().send(
      new ConverseCommand({
        modelId: haiku,
        messages: [user('Hi')],
        inferenceConfig: { maxTokens },
      }),
    );
  await expect(send(64_000)).rejects.toThrow('Too many tokens, please wait before trying again.');
  await send(2_000);
  // About 110 tokens of output count five times: 2,000 more are free, 2,900 are not.
  await send(2_000);
  await expect(send(2_900)).rejects.toThrow('Too many tokens');
  await limited.close();
});

test('concurrent requests are limited', async () => {
  const limited = await startBedrock({ quota: { concurrency: 1 } });
  limited.on({ match: { text: 'slowly' }, stream: [{ text: 'a' }, { stall: '60s' }] });
  const controller = new AbortController();
  const slow = new ConverseStreamCommand({ modelId: haiku, messages: [user('slowly')] });
  const { stream } = await limited.http1().send(slow, { abortSignal: controller.signal });
  await stream?.[Symbol.asyncIterator]().next();
  const quick = new ConverseCommand({ modelId: haiku, messages: [user('Hi')] });
  await expect(limited.http1().send(quick)).rejects.toMatchObject({ name: 'ThrottlingException' });
  controller.abort();
  await expect.poll(() => limited.journal.entries().at(-1)?.outcome).toBe('client_cancelled');
  await expect(limited.http1().send(quick)).resolves.toBeDefined();
  await limited.close();
});

test('latency is measured on the clock that paces the stream', async () => {
  const paced = await startBedrock({
    clock,
    pace: { ttftMs: 400, tokensPerSecond: 50, jitter: 0 },
  });
  const input = { modelId: novaLite, messages: [user('Hi')], inferenceConfig: { maxTokens: 100 } };
  const { metrics, usage } = await paced.http1().send(new ConverseCommand(input));
  expect(metrics?.latencyMs).toBe(400 + (usage?.outputTokens ?? 0) * 20);
  expect(paced.journal.entries()[0]?.durationMs).toBeGreaterThanOrEqual(400 + 99 * 20);
  await paced.close();
});
