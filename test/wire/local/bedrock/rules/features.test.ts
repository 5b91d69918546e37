import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock } from '#test/fixtures/bedrock.ts';
import {
  accepted,
  fable51,
  fields,
  llama,
  modelError,
  opus48,
  question,
  startModelRequests,
  type ModelRequests,
} from '#test/fixtures/model-requests.ts';

let requests: ModelRequests;

beforeAll(async () => {
  requests = await startModelRequests();
});

afterAll(() => requests.bedrock.close());

describe('features', () => {
  const toolSpec = { name: 'look', inputSchema: { json: { type: 'object' } } };
  const choice = (toolChoice: object): object => ({
    toolConfig: { tools: [{ toolSpec }], toolChoice },
  });

  test.each([
    [
      llama,
      choice({ any: {} }),
      "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
    ],
    [
      llama,
      choice({ tool: { name: 'look' } }),
      "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try again.",
    ],
    [
      'mistral.mistral-large-3-675b-instruct',
      choice({ tool: { name: 'look' } }),
      "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try again.",
    ],
    [
      fable51,
      choice({ any: {} }),
      `${modelError}tool_choice: type "tool" and "any" are not supported for this model.`,
    ],
    [
      'us.deepseek.r1-v1:0',
      { toolConfig: { tools: [{ toolSpec }] } },
      "This model doesn't support tool use.",
    ],
    [
      'mistral.mistral-7b-instruct-v0:2',
      { system: [{ text: 'Be kind.' }] },
      "This model doesn't support system messages. Try again without a system message or use a model that supports system messages.",
    ],
    [
      haiku,
      { messages: [...question, { role: 'system', content: [{ text: 'Be kind.' }] }] },
      `${modelError}messages: Unexpected role "system". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`,
    ],
    [
      novaLite,
      { toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } },
      "This model doesn't support the system tool nova_grounding.",
    ],
    [
      haiku,
      { inferenceConfig: { maxTokens: 64_001 } },
      'The maximum tokens you requested exceeds the model limit of 64000. Try again with a maximum tokens value that is lower than 64000.',
    ],
  ])('%s refuses %j', async (model, change, message) => {
    expect(await requests.converse(model, change)).toEqual({ status: 400, message });
  });

  test('a count of tokens is refused like its request', async () => {
    const input = { converse: { messages: question, ...fields({ temperature: 0 }) } };
    const { message } = await requests.send(`/model/${opus48}/count-tokens`, { input });
    expect(message).toContain('`temperature` is deprecated for this model.');
  });

  test('Llama refuses to stream an answer with tools', async () => {
    const change = { toolConfig: { tools: [{ toolSpec }] } };
    expect((await requests.converse(llama, change, 'converse-stream')).message).toBe(
      "This model doesn't support tool use in streaming mode.",
    );
    expect((await requests.converse(llama, change)).status).toBe(200);
    const tools = [{ type: 'function', function: { name: 'look' } }];
    expect((await requests.chat(llama, { tools, stream: true })).status).toBe(400);
  });

  const system = [{ text: 'Be kind.' }];
  const document = { name: 'a', format: 'txt', source: { text: 'b' } };
  const withDocument = {
    messages: [{ role: 'user', content: [{ text: 'Sum up' }, { document }] }],
  };
  const withTools = { toolConfig: { tools: [{ toolSpec }] } };
  const noTools = "This model doesn't support tool use.";

  // https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
  test.each([
    ['mistral.mistral-large-2402-v1:0', { system, ...withTools, ...withDocument }, ''],
    ['mistral.mistral-small-2402-v1:0', { system, ...withTools }, ''],
    ['mistral.mistral-small-2402-v1:0', withDocument, 'document content block'],
    ['mistral.mistral-7b-instruct-v0:2', withDocument, ''],
    ['mistral.mixtral-8x7b-instruct-v0:1', withTools, noTools],
    ['meta.llama3-70b-instruct-v1:0', withTools, noTools],
    ['meta.llama3-8b-instruct-v1:0', { system, ...withDocument }, ''],
    ['us.meta.llama3-1-8b-instruct-v1:0', withTools, ''],
    ['amazon.nova-micro-v1:0', withTools, ''],
    ['amazon.nova-micro-v1:0', withDocument, 'document content block'],
  ])('%s takes the features that AWS lists: %j', async (model, change, refusal) => {
    const { status, message } = await requests.converse(model, change);
    expect(status).toBe(refusal === '' ? 200 : 400);
    expect(message).toContain(refusal);
  });

  test('of several faults, those of Bedrock come before those of the model', async () => {
    const change = {
      ...choice({ any: {} }),
      inferenceConfig: { maxTokens: 9_000 },
      ...fields({ x: 1 }),
    };
    expect((await requests.converse(llama, change)).message).toContain('toolChoice.any');
    const both = { inferenceConfig: { temperature: 0 }, ...fields({ guardrails: {} }) };
    expect((await requests.converse(opus48, both)).message).toContain('guardrails: Extra inputs');
  });
});

test('a prompt can hold instructions, which are no system prompt', async () => {
  const bedrock = await startBedrock({ servesEndedModels: true });
  const prompt = 'You are kind.\n\nHuman: Hi\n\nAssistant:';
  const path = '/model/anthropic.claude-v2/invoke';
  const { status } = await bedrock.post(path, { prompt, max_tokens_to_sample: 10 });
  await bedrock.close();
  expect(status).toBe(200);
});

describe('rules that are off by default', () => {
  const tools = [{ name: 'look', input_schema: { type: 'object' } }];
  const forced = { thinking: { type: 'adaptive' }, tools, tool_choice: { type: 'any' } };

  test('apply if they are named', async () => {
    const strict = await startModelRequests([
      'beta-flags',
      'default-temperature',
      'adaptive-tool-choice',
    ]);
    try {
      expect(await requests.invoke(opus48, { temperature: 1 })).toEqual(accepted);
      expect((await strict.invoke(opus48, { temperature: 1 })).message).toContain('deprecated');
      expect(await requests.invoke(opus48, forced)).toEqual(accepted);
      expect((await strict.invoke(opus48, forced)).message).toContain('forces tool use');
      const beta = { anthropic_beta: ['mcp-servers-2025-12-04'] };
      expect(await requests.converse(opus48, fields(beta))).toEqual(accepted);
      expect((await strict.converse(opus48, fields(beta))).message).toContain('invalid beta flag');
    } finally {
      await strict.bedrock.close();
    }
  });

  test('must exist', async () => {
    await expect(startModelRequests(['prefill'])).rejects.toThrow(
      /^--rule: must be one of beta-flags, .*, not "prefill"$/u,
    );
  });
});
