import { afterAll, beforeAll, expect, test } from 'vitest';
import cases from '#test/fixtures/bedrock-cases.json' with { type: 'json' };
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/**
 * Small requests whose right answer is known from public reports. `says` is a part of the refusal,
 * and null where its words are not known.
 */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

test.each(cases)('$name is answered as by Bedrock', async ({ model, operation, body, right }) => {
  const path = `/model/${encodeURIComponent(model)}/${operation}`;
  const response = await bedrock.post(path, JSON.stringify(body, expand));
  const text = await response.text();
  expect(text).toContain(right.says === null ? '' : JSON.stringify(right.says).slice(1, -1));
  expect(response.status, text).toBe(right.status);
});

/** Puts long texts and lists in the place of their short forms. */
function expand(_: string, value: unknown): unknown {
  if (value === '@long') return 'All work and no play makes a dull day. '.repeat(700);
  if (value !== '@strict-tools 21') return value;
  const json = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  return Array.from({ length: 21 }, (_unused, index) => ({
    toolSpec: { name: `tool${index}`, description: 'd', inputSchema: { json }, strict: true },
  }));
}
