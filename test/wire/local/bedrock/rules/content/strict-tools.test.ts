import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askClaude, askConverse, askNative, distinct } from '#test/fixtures/bedrock-routes.ts';
import { modelError } from '#test/fixtures/model-requests.ts';
import {
  askWithTools,
  claude,
  closed,
  converse,
  refused,
  taken,
  type Schema,
  type SchemaTool,
} from '#test/fixtures/bedrock-tools.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const ordinary: SchemaTool = { name: 'ordinary', schema: { type: 'object' } };

const plain = closed({ a: { type: 'string' } });

const strict = (schema: Schema, name = 'strict'): SchemaTool => ({ name, schema, strict: true });

describe('strict tools', () => {
  test.each<[string, Schema, string]>([
    [
      'maxItems',
      closed({ a: { type: 'array', items: { type: 'string' }, maxItems: 3 } }),
      "For 'array' type, property 'maxItems' is not supported",
    ],
    [
      'minItems above 1',
      closed({ a: { type: 'array', items: { type: 'string' }, minItems: 2 } }),
      "For 'array' type, 'minItems' values other than 0 or 1 are not supported",
    ],
    [
      'minimum and maximum',
      closed({ a: { type: 'integer', minimum: 1, maximum: 9 } }),
      "For 'integer' type, properties maximum, minimum are not supported",
    ],
    [
      'multipleOf',
      closed({ a: { type: 'number', multipleOf: 2 } }),
      "For 'number' type, property 'multipleOf' is not supported",
    ],
    [
      'minLength of a nullable text',
      closed({ a: { type: ['string', 'null'], minLength: 1 } }),
      "For 'string' type, property 'minLength' is not supported",
    ],
    [
      'an open object',
      { type: 'object', properties: {} },
      "For 'object' type, 'additionalProperties' must be explicitly set to false",
    ],
    [
      'an open object inside',
      closed({ a: { type: 'object', properties: {} } }),
      "For 'object' type, 'additionalProperties' must be explicitly set to false",
    ],
    [
      'a map',
      closed({ a: { type: 'object', additionalProperties: { type: 'string' } } }),
      "For 'object' type, 'additionalProperties: object' is not supported. Please set 'additionalProperties' to false",
    ],
    [
      'oneOf',
      closed({ a: { oneOf: [{ type: 'string' }, { type: 'integer' }] } }),
      "Schema type 'oneOf' is not supported",
    ],
    [
      'maxLength in items of a union',
      closed({ a: { anyOf: [{ type: 'array', items: { type: 'string', maxLength: 5 } }] } }),
      "For 'string' type, property 'maxLength' is not supported",
    ],
    [
      'maxItems in a definition',
      {
        ...closed({ a: { $ref: '#/$defs/list' } }),
        $defs: { list: { type: 'array', maxItems: 2 } },
      },
      "For 'array' type, property 'maxItems' is not supported",
    ],
    [
      'recursion',
      {
        ...closed({ a: { $ref: '#/$defs/node' } }),
        $defs: { node: closed({ next: { $ref: '#/$defs/node' } }) },
      },
      'Circular reference detected in schema definitions: node -> node. Self-referencing or mutually-referencing definitions are not supported.',
    ],
  ])('%s is refused', async (_, schema, words) => {
    expect(await askWithTools(bedrock, [ordinary, strict(schema)])).toEqual(
      refused(`tools.1.custom: ${words}`),
    );
    expect(await askWithTools(bedrock, [{ name: 'lenient', schema, strict: false }])).toEqual(
      taken,
    );
  });

  test('what the compiler supports is taken', async () => {
    expect(
      await askWithTools(bedrock, [
        strict({
          ...closed({
            list: { type: 'array', items: { $ref: '#/$defs/entry' }, minItems: 1 },
            when: { type: 'string', format: 'date-time' },
            code: { type: 'string', pattern: '^[A-Z]{2}$' },
            kind: { enum: ['a', 'b', null] },
            either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
          }),
          $defs: { entry: closed({ minimum: { type: 'number' } }) },
        }),
      ]),
    ).toEqual(taken);
  });

  test('there are 20 of them, 24 optional parameters and 16 unions in all', async () => {
    const many = (count: number): readonly SchemaTool[] =>
      Array.from({ length: count }, (_, index) => strict(plain, `tool${index}`));
    expect(await askWithTools(bedrock, [...many(20), ordinary])).toEqual(taken);
    expect(await askWithTools(bedrock, many(21))).toEqual(
      refused(
        'Too many strict tools (21). The maximum number of strict tools supported is 20. Try reducing the number of tools marked as strict.',
      ),
    );
    const some = (count: number, type: unknown): Schema =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type }]));
    const optional = (count: number): Schema =>
      closed({ inner: closed(some(count, 'string'), []) });
    expect(
      await askWithTools(bedrock, [
        strict(optional(12), 'a'),
        strict(optional(12), 'b'),
        { name: 'c', schema: optional(9) },
      ]),
    ).toEqual(taken);
    expect(
      await askWithTools(bedrock, [strict(optional(12), 'a'), strict(optional(13), 'b')]),
    ).toEqual(
      refused(
        'Schemas contains too many optional parameters (25), which would make grammar compilation inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24).',
      ),
    );
    const unions = (count: number): Schema => closed(some(count, ['string', 'null']));
    expect(await askWithTools(bedrock, [strict(unions(16))])).toEqual(taken);
    expect(await askWithTools(bedrock, [strict(unions(9), 'a'), strict(unions(8), 'b')])).toEqual(
      refused(
        'Schemas contains too many parameters with union types (17 parameters with type arrays or anyOf). This causes exponential compilation cost. Reduce the number of nullable or union-typed parameters (limit: 16 parameters with unions).',
      ),
    );
  });

  test('some models take no strict tools', async () => {
    const tools = [ordinary, strict(plain)];
    for (const model of ['us.anthropic.claude-opus-4-7', 'us.anthropic.claude-sonnet-5']) {
      expect(await askWithTools(bedrock, tools, model)).toEqual(
        refused('tools.1.custom.strict: Extra inputs are not permitted'),
      );
    }
    const words =
      'Malformed input request: #/toolConfig/tools/1/toolSpec: extraneous key [strict] is not permitted, please reformat your input and try again.';
    expect(distinct(await askConverse(bedrock, converse(...tools), novaLite))).toEqual([
      `400 ${modelError}${words}`,
    ]);
    expect(distinct(await askNative(bedrock, converse(...tools), novaLite))).toEqual([
      `400 ${words}`,
    ]);
  });

  test('they refuse the member, whatever its value', async () => {
    const tools = [{ ...strict(plain), strict: false }];
    expect(await askWithTools(bedrock, tools, 'us.anthropic.claude-sonnet-5')).toEqual(
      refused('tools.0.custom.strict: Extra inputs are not permitted'),
    );
    const model = 'us.anthropic.claude-sonnet-5';
    const chatTool = { type: 'function', function: { name: 'look', strict: false } };
    const chat = { model, messages: [{ role: 'user', content: 'Hi' }], tools: [chatTool] };
    expect((await bedrock.post('/v1/chat/completions', chat)).status).toBe(200);
  });

  test('support does not follow the version', async () => {
    const takes = ['us.anthropic.claude-opus-5', 'us.anthropic.claude-fable-5'];
    for (const model of takes) {
      expect(await askWithTools(bedrock, [strict(plain)], model)).toEqual(taken);
    }
    for (const model of ['us.anthropic.claude-opus-5-5', 'us.anthropic.claude-fable-5-1']) {
      expect(await askWithTools(bedrock, [strict(plain)], model)).toEqual(
        refused('tools.0.custom.strict: Extra inputs are not permitted'),
      );
    }
  });
});

describe('structured output', () => {
  const words =
    "output_config.format.schema: For 'array' type, property 'maxItems' is not supported";
  const schema = closed({ a: { type: 'array', items: { type: 'string' }, maxItems: 3 } });
  const messages = [{ role: 'user', content: [{ text: 'Hello there' }] }];

  test('has the same limits in each of its forms', async () => {
    const jsonSchema = { schema: JSON.stringify(schema) };
    const outputConfig = { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
    const path = `/model/${encodeURIComponent(haiku)}/converse`;
    const response = await bedrock.post(path, { messages, outputConfig });
    expect(await response.json()).toEqual({ message: `${modelError}${words}` });
    const output_config = { format: { type: 'json_schema', schema } };
    const fields = { messages, additionalModelRequestFields: { output_config } };
    expect(distinct(await askConverse(bedrock, fields))).toEqual([`400 ${modelError}${words}`]);
    const native = { messages: [{ role: 'user', content: 'Hello there' }], output_config };
    expect(distinct(await askClaude(bedrock, native))).toEqual([`400 ${words}`]);
  });

  test('its parameters count together with those of strict tools', async () => {
    const optional = closed(
      Object.fromEntries(
        Array.from({ length: 13 }, (_, index) => [`p${index}`, { type: 'string' }]),
      ),
      [],
    );
    const body = {
      ...claude(strict(optional)),
      output_config: { format: { type: 'json_schema', schema: optional } },
    };
    const [answer] = await askClaude(bedrock, body);
    expect(answer?.message).toContain('too many optional parameters (26)');
  });
});
