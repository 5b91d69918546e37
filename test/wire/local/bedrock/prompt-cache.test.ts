import { createVirtualClock } from '#local/process/clock.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;
const clock = createVirtualClock();

beforeAll(async () => {
  bedrock = await startBedrock({ clock });
});

afterAll(() => bedrock.close());

describe('prompt caching', () => {
  const long = 'All the rules of the house, which are many and long. '.repeat(500);
  const system = [{ text: long }, { cachePoint: { type: 'default' as const } }];

  test('a prefix is written once and read from the cache until it expires', async () => {
    const first = (await bedrock.ask({ system })).usage;
    expect(first?.cacheWriteInputTokens).toBeGreaterThan(4_096);
    expect(first?.cacheReadInputTokens).toBe(0);
    const second = (await bedrock.ask({ system })).usage;
    expect(second?.cacheReadInputTokens).toBe(first?.cacheWriteInputTokens);
    expect(second?.inputTokens).toBe(first?.inputTokens);
    const {
      inputTokens = 0,
      outputTokens = 0,
      cacheReadInputTokens = 0,
      totalTokens,
    } = second ?? {};
    expect(totalTokens).toBe(inputTokens + outputTokens + cacheReadInputTokens);
    await clock.sleep(5 * 60_000 + 1);
    expect((await bedrock.ask({ system })).usage?.cacheReadInputTokens).toBe(0);
  });

  test('a prefix below the minimum of the model is not cached and the call succeeds', async () => {
    const short = [{ text: 'Be brief.' }, { cachePoint: { type: 'default' as const } }];
    expect((await bedrock.ask({ system: short })).usage).toMatchObject({
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
    });
  });

  test('usage reports cache writes by their time to live', async () => {
    const hour = [
      { text: `${long} For an hour.` },
      { cachePoint: { type: 'default' as const, ttl: '1h' as const } },
    ];
    const { usage } = await bedrock.ask({ system: hour });
    expect(usage?.cacheDetails).toEqual([{ ttl: '1h', inputTokens: usage?.cacheWriteInputTokens }]);
  });

  test('a cache point is refused for a model without caching and beyond the limit of four', async () => {
    await expect(bedrock.ask({ modelId: 'qwen.qwen3-32b-v1:0', system })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(
      bedrock.ask({
        system: Array.from({ length: 3 }, () => system)
          .flat()
          .concat(system, system),
      }),
    ).rejects.toThrow('A maximum of 4 blocks with cache_control may be provided. Found 5.');
  });
});
