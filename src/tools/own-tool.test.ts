import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parseExactJson } from '#domain/json.ts';
import { ownTool } from '#tools/own-tool.ts';

const call = { owner: 'ada', signal: new AbortController().signal };

test('an integer that a number cannot hold is a BigInt, and is never rounded', async () => {
  const toolOf = (order: v.GenericSchema) =>
    ownTool({
      name: 'track',
      description: 'Tracks an order.',
      writes: false,
      input: v.object({ order }),
      run: async ({ order: read }) => `${typeof read} ${String(read)}`,
    });
  const run = (order: v.GenericSchema, json: string): Promise<string> | string => {
    try {
      return toolOf(order).run(parseExactJson(json), call);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  const either = v.union([v.number(), v.bigint()]);
  expect(await run(either, '{"order":12345678901234567890}')).toBe('bigint 12345678901234567890');
  expect(await run(either, '{"order":12}')).toBe('number 12');
  expect(await run(v.number(), '{"order":0.12345678901234567891}')).toMatch(/^number 0\.1234567/u);
  expect(await run(v.number(), '{"order":12345678901234567890}')).toMatch(/^order: .*number/u);
});
