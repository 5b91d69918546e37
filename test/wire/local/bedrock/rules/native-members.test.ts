import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite } from '#test/fixtures/bedrock.ts';
import {
  accepted,
  fields,
  modelError,
  question,
  startModelRequests,
  type ModelRequests,
} from '#test/fixtures/model-requests.ts';

let requests: ModelRequests;

beforeAll(async () => {
  requests = await startModelRequests();
});

afterAll(() => requests.bedrock.close());

describe('members of the native format', () => {
  const block = (content: object): object => ({ messages: [{ role: 'user', content: [content] }] });
  const tool = { name: 'look', input_schema: { type: 'object' } };

  test.each([
    [{ guardrails: {} }, 'guardrails'],
    [{ tempature: null }, 'tempature'],
    [{ cache_control: { type: 'ephemeral' } }, 'cache_control'],
    [{ context_management: { edits: [] } }, 'context_management'],
    [{ model: 'x' }, 'model'],
    [{ stream: true }, 'stream'],
    [{ metadata: { user_id: 'a', team: 'b' } }, 'metadata.team'],
    [
      {
        system: [
          { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', scope: 'org' } },
        ],
      },
      'system.0.cache_control.ephemeral.scope',
    ],
    [{ messages: [{ role: 'user', content: 'Hi', name: 'Ann' }] }, 'messages.0.name'],
    [block({ type: 'text', text: 'Hi', foo: 1 }), 'messages.0.content.0.text.foo'],
    [
      block({ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral', foo: 1 } }),
      'messages.0.content.0.text.cache_control.ephemeral.foo',
    ],
    [
      block({
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: '', detail: 'low' },
      }),
      'messages.0.content.0.image.source.base64.detail',
    ],
    [
      block({ type: 'document', source: { type: 'text', data: 'x' }, name: 'n' }),
      'messages.0.content.0.document.name',
    ],
    [{ tools: [{ ...tool, eager_input_streaming: true }] }, 'tools.0.custom.eager_input_streaming'],
    [{ tools: [tool, { ...tool, name: 'two', type: 'custom', foo: 1 }] }, 'tools.1.custom.foo'],
    [{ tools: [{ ...tool, input_examples: [] }] }, 'tools.0.custom.input_examples'],
    [{ tools: [tool], tool_choice: { type: 'auto', foo: 1 } }, 'tool_choice.auto.foo'],
    [{ output_config: { foo: 1 } }, 'output_config.foo'],
  ])('InvokeModel refuses %j', async (change, path) => {
    const message = `${path}: Extra inputs are not permitted`;
    expect(await requests.invoke(haiku, change)).toEqual({ status: 400, message });
    expect(await requests.invoke(haiku, change, 'invoke-with-response-stream')).toEqual({
      status: 400,
      message,
    });
  });

  test('members inside of a tool result have their whole path', async () => {
    const content = [{ type: 'text', text: 'ok', foo: 1 }];
    const use = { type: 'tool_use', id: 't1', name: 'look', input: {} };
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [use] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content }] },
    ];
    expect((await requests.invoke(haiku, { messages, tools: [tool] })).message).toBe(
      'messages.2.content.0.tool_result.content.0.text.foo: Extra inputs are not permitted',
    );
  });

  test("a beta allows its members, and Anthropic's own API has more", async () => {
    const managed = { context_management: { edits: [] } };
    expect(
      (
        await requests.invoke(haiku, {
          ...managed,
          anthropic_beta: ['context-management-2025-06-27'],
        })
      ).status,
    ).toBe(200);
    expect(
      (await requests.messages(haiku, { ...managed, cache_control: { type: 'ephemeral' } })).status,
    ).toBe(200);
    expect((await requests.messages(haiku, { guardrails: {} })).message).toBe(
      'guardrails: Extra inputs are not permitted',
    );
  });

  test.each([
    [haiku, { guardrails: {} }, 'guardrails: Extra inputs are not permitted'],
    [haiku, { reasoning: null }, 'reasoning: Extra inputs are not permitted'],
    [
      haiku,
      { thinking: { type: 'disabled', foo: 1 } },
      'thinking.disabled.foo: Extra inputs are not permitted',
    ],
    [
      novaLite,
      { top_k: 50 },
      'Malformed input request: #: extraneous key [top_k] is not permitted, please reformat your input and try again.',
    ],
    [
      novaLite,
      { inferenceConfig: { top_k: 50 } },
      'Malformed input request: #/inferenceConfig: extraneous key [top_k] is not permitted, please reformat your input and try again.',
    ],
    [
      novaLite,
      { a: 1, b: null },
      'Malformed input request: #: extraneous key [a] is not permitted#: extraneous key [b] is not permitted, please reformat your input and try again.',
    ],
  ])('Converse refuses %s the fields %j', async (model, change, words) => {
    const answer = { status: 400, message: `${modelError}${words}` };
    expect(await requests.converse(model, fields(change))).toEqual(answer);
    expect(await requests.converse(model, fields(change), 'converse-stream')).toEqual(answer);
  });

  test.each([
    [{ max_tokens: 10 }, '#: extraneous key [max_tokens] is not permitted'],
    [
      { inferenceConfig: { maxTokens: 5, top_k: 3 } },
      '#/inferenceConfig: extraneous key [top_k] is not permitted',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
      '#/messages/0/content/0: extraneous key [type] is not permitted',
    ],
    [
      { messages: [{ ...question[0], name: 'Ann' }] },
      '#/messages/0: extraneous key [name] is not permitted',
    ],
  ])("Nova's InvokeModel refuses %j", async (change, words) => {
    expect(
      await requests.send(`/model/${novaLite}/invoke`, { messages: question, ...change }),
    ).toEqual({
      status: 400,
      message: `Malformed input request: ${words}, please reformat your input and try again.`,
    });
  });

  test('Nova refuses definitions in the schema of a tool, on each API', async () => {
    const spec = (name: string, more: object): object => ({
      toolSpec: { name, inputSchema: { json: { type: 'object', properties: {}, ...more } } },
    });
    const tools = [spec('a', { additionalProperties: false }), spec('b', { $defs: {} })];
    const message =
      'Malformed input request: #/toolConfig/tools/1/toolSpec/inputSchema/json: extraneous key ' +
      '[$defs] is not permitted, please reformat your input and try again.';
    const body = { messages: question, toolConfig: { tools } };
    expect((await requests.send(`/model/${novaLite}/invoke`, body)).message).toBe(message);
    expect((await requests.converse(novaLite, body)).message).toBe(`${modelError}${message}`);
    expect(await requests.converse(haiku, body)).toEqual(accepted);
  });
});
