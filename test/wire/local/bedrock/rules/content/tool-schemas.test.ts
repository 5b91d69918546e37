import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askClaude, askConverse, distinct } from '#test/fixtures/bedrock-routes.ts';
import {
  askWithTools,
  claude,
  converse,
  refused,
  taken,
  type SchemaTool,
} from '#test/fixtures/bedrock-tools.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const ordinary: SchemaTool = { name: 'ordinary', schema: { type: 'object' } };

describe('the schema of any tool', () => {
  test.each([['oneOf'], ['anyOf'], ['allOf']])('Claude refuses %s at the top', async (keyword) => {
    const schema = { type: 'object', [keyword]: [{ required: ['a'] }, { required: ['b'] }] };
    const tools = [ordinary, { name: 'union', schema }];
    const words = 'input_schema does not support oneOf, allOf, or anyOf at the top level';
    expect(await askWithTools(bedrock, tools)).toEqual(
      refused(`tools.1.custom.input_schema: ${words}`),
    );
    expect(await askWithTools(bedrock, tools, 'us.anthropic.claude-opus-4-8')).toEqual(
      refused(`tools.1.custom.input_schema: ${words}`),
    );
  });

  test('Nova and Qwen take it, and Claude takes it in a property', async () => {
    const schema = { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] };
    for (const model of [novaLite, 'qwen.qwen3-32b-v1:0']) {
      expect(
        distinct(await askConverse(bedrock, converse({ name: 'union', schema }), model)),
      ).toEqual(['200']);
    }
    const nested = {
      type: 'object',
      properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    };
    expect(await askWithTools(bedrock, [{ name: 'nested', schema: nested }])).toEqual(taken);
  });

  test('its type is object', async () => {
    const place = (index: number): string =>
      `400 The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`;
    for (const model of [haiku, novaLite, 'qwen.qwen3-32b-v1:0']) {
      expect(
        distinct(
          await askConverse(bedrock, converse(ordinary, { name: 'none', schema: {} }), model),
        ),
      ).toEqual([place(1)]);
    }
    const none = claude(ordinary, { name: 'none', schema: {} });
    expect(distinct(await askClaude(bedrock, none))).toEqual([
      '400 tools.1.custom.input_schema.type: Field required',
    ]);
    const list = claude({ name: 'list', schema: { type: 'array' } });
    expect(distinct(await askClaude(bedrock, list))).toEqual([
      "400 tools.0.custom.input_schema.type: Input should be 'object'",
    ]);
  });
});
