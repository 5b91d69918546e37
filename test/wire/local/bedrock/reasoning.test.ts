import { type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  novaLite,
  startBedrock,
  textOf,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

describe('reasoning', () => {
  const thinking = {
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
  };

  test('with thinking enabled, a signed reasoning block precedes the text', async () => {
    const { output } = await bedrock.ask({ ...thinking });
    expect(output?.message?.content?.[0]?.reasoningContent?.reasoningText).toMatchObject({
      text: expect.stringContaining('conversation so far'),
      signature: expect.stringMatching(/^[a-zA-Z0-9+/=]{40,}$/u),
    });
    expect(output?.message?.content?.[1]?.text).toContain('Simulated');
  });

  test('reasoning streams in separate deltas for text and signature', async () => {
    const events = await bedrock.stream({ ...thinking });
    const deltas = events.flatMap(
      ({ contentBlockDelta }) => contentBlockDelta?.delta?.reasoningContent ?? [],
    );
    expect(deltas.filter(({ text }) => text !== undefined).length).toBeGreaterThan(3);
    expect(deltas.filter(({ signature }) => signature !== undefined)).toHaveLength(1);
  });

  test('invalid token limits, temperatures and models are refused with thinking enabled', async () => {
    const inferenceConfig = { maxTokens: 500 };
    await expect(bedrock.ask({ ...thinking, inferenceConfig })).rejects.toThrow(
      '`max_tokens` must be greater',
    );
    await expect(
      bedrock.ask({ ...thinking, inferenceConfig: { temperature: 0.5 } }),
    ).rejects.toThrow('temperature');
    await expect(bedrock.ask({ ...thinking, modelId: novaLite })).rejects.toThrow('not permitted');
  });
});

describe('structured output', () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['sentiment', 'score', 'keywords', 'people', 'when'],
    properties: {
      sentiment: { enum: ['positive', 'negative', 'neutral'] },
      score: { type: 'number' },
      keywords: { type: 'array', items: { type: 'string' } },
      people: { type: 'array', items: { $ref: '#/$defs/person' } },
      when: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    },
    $defs: {
      person: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: { name: { type: 'string' } },
      },
    },
  };

  const config = (json: object): Partial<ConverseCommandInput> => ({
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { schema: JSON.stringify(json) } },
      },
    },
  });

  test('output is valid against its schema and has the values of the text', async () => {
    const messages = [
      user(
        'Yesterday I met Maria Lopez in Lisbon. The service was terrible and slow, on 2026-03-04.',
      ),
    ];
    const value: unknown = JSON.parse(textOf(await bedrock.ask({ messages, ...config(schema) })));
    const validate = new Ajv({ formats: { date: true } }).compile(schema);
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(value).toMatchObject({
      sentiment: 'negative',
      people: [{ name: 'Maria Lopez' }],
      when: '2026-03-04',
    });
  });

  test.each([
    [
      'an object that allows additional properties',
      { type: 'object', properties: {} },
      "'additionalProperties' must be explicitly set to false",
    ],
    [
      'a minimum',
      {
        type: 'object',
        additionalProperties: false,
        properties: { a: { type: 'integer', minimum: 1 } },
      },
      "For 'integer' type, property 'minimum' is not supported",
    ],
    [
      'recursion',
      { $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
      'Circular reference detected in schema definitions: a -> a.',
    ],
  ])('%s in an output schema is refused', async (_, json, message) => {
    await expect(bedrock.ask(config(json))).rejects.toThrow(message);
  });
});
