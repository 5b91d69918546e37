import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite } from '#test/fixtures/bedrock.ts';
import {
  accepted,
  fable5,
  fable51,
  fields,
  gpt56,
  gptOss,
  llama,
  modelError,
  nova2,
  opus47,
  opus48,
  opus5,
  sonnet46,
  startModelRequests,
  type ModelRequests,
} from '#test/fixtures/model-requests.ts';

let requests: ModelRequests;

beforeAll(async () => {
  requests = await startModelRequests();
});

afterAll(() => requests.bedrock.close());

describe('thinking and effort', () => {
  const enabled = { thinking: { type: 'enabled', budget_tokens: 2_048 } };
  const adaptive = { thinking: { type: 'adaptive' } };
  const disabled = { thinking: { type: 'disabled' } };
  const effort = (level: string): object => ({ output_config: { effort: level } });
  const tools = [{ name: 'look', input_schema: { type: 'object' } }];

  test.each([
    [opus47, enabled, '"thinking.type.enabled" is not supported for this model.'],
    [opus5, enabled, '"thinking.type.enabled" is not supported for this model.'],
    [haiku, adaptive, 'adaptive thinking is not supported on this model'],
    [fable5, disabled, '"thinking.type.disabled" is not supported for this model.'],
    [haiku, effort('low'), 'This model does not support the effort parameter.'],
    [
      sonnet46,
      effort('xhigh'),
      "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
    ],
    [
      opus5,
      { ...disabled, ...effort('max') },
      "output_config.effort 'max' is not supported when thinking is disabled on this model.",
    ],
    [
      haiku,
      { ...enabled, temperature: 0.5 },
      '`temperature` may only be set to 1 when thinking is enabled',
    ],
    [haiku, { ...enabled, top_p: 0.5 }, '`top_p` must be greater than or equal to 0.95'],
    [haiku, { ...enabled, top_k: 5 }, '`top_k` must be unset when thinking is enabled.'],
    [
      haiku,
      { thinking: { type: 'enabled', budget_tokens: 4_096 } },
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
    [
      haiku,
      { thinking: { type: 'enabled', budget_tokens: 1_000 } },
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    ],
    [haiku, { thinking: { type: 'enabled' } }, 'thinking.enabled.budget_tokens: Field required'],
    [
      haiku,
      { thinking: { type: 'enabled', budget_tokens: 2_048, tokens: 1 } },
      'thinking.enabled.tokens: Extra inputs are not permitted',
    ],
    [
      haiku,
      { ...enabled, tools, tool_choice: { type: 'any' } },
      'Thinking may not be enabled when tool_choice forces tool use.',
    ],
    [
      fable51,
      { tools, tool_choice: { type: 'tool', name: 'look' } },
      'tool_choice: type "tool" and "any" are not supported for this model.',
    ],
  ])('%s refuses %j on each API of its format', async (model, change, words) => {
    const native = await requests.invoke(model, change);
    expect(native).toEqual({ status: 400, message: expect.stringMatching(startOf(words)) });
    expect((await requests.messages(model, change)).message).toBe(native.message);
    if ('tools' in change) return;
    const limit = { inferenceConfig: { maxTokens: 4_096 } };
    expect(await requests.converse(model, { ...limit, ...fields(change) })).toEqual({
      status: 400,
      message: `${modelError}${native.message}`,
    });
  });

  test.each([
    [opus48, { ...adaptive, ...effort('xhigh') }],
    [sonnet46, { ...enabled, ...effort('max') }],
    [haiku, { ...enabled, temperature: 1 }],
    [haiku, { ...enabled, top_p: 0.95 }],
    [
      haiku,
      {
        thinking: { type: 'enabled', budget_tokens: 8_192 },
        anthropic_beta: ['interleaved-thinking-2025-05-14'],
      },
    ],
    [opus5, { ...disabled, ...effort('high') }],
    [sonnet46, { ...adaptive, tools, tool_choice: { type: 'any' } }],
    [fable5, { tools, tool_choice: { type: 'any' } }],
    [haiku, disabled],
    [haiku, { thinking: null }],
  ])('%s accepts %j', async (model, change) => {
    expect(await requests.invoke(model, change)).toEqual(accepted);
  });

  test.each([
    [haiku, 'high', `${modelError}This model does not support the effort parameter.`],
    [
      llama,
      'high',
      "This model doesn't support the outputConfig.effort field. Remove outputConfig.effort and try again.",
    ],
  ])("%s refuses Converse's own effort", async (model, level, message) => {
    expect(await requests.converse(model, { outputConfig: { effort: level } })).toEqual({
      status: 400,
      message,
    });
  });

  test.each([
    [
      novaLite,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } },
      'the provided reasoning config value is invalid',
    ],
    [
      nova2,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'max' } },
      '#/reasoningConfig/maxReasoningEffort: max is not a valid enum value',
    ],
    [
      nova2,
      { thinking: { type: 'enabled', budget_tokens: 1_024 } },
      '#: extraneous key [thinking] is not permitted',
    ],
    [
      gptOss,
      { thinking: { type: 'enabled', budget_tokens: 1_024 } },
      'thinking: unknown field thinking, expected one of messages, model, store',
    ],
    [gpt56, { thinking: { type: 'enabled' } }, `"message":"Unknown parameter: 'thinking'."`],
    [gpt56, { reasoning_effort: 'high' }, `"message":"Unknown parameter: 'reasoning_effort'."`],
    [
      gpt56,
      { reasoning: { effort: 'minimal' } },
      `"message":"Unsupported value: 'minimal' is not supported`,
    ],
  ])('%s refuses the fields %j', async (model, change, words) => {
    const { status, message } = await requests.converse(model, fields(change));
    expect(status).toBe(400);
    expect(message.startsWith(modelError)).toBe(true);
    expect(message).toContain(words);
  });

  test('the highest effort of Nova refuses limits of the answer', async () => {
    const high = fields({ reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } });
    expect(
      (await requests.converse(nova2, { ...high, inferenceConfig: { maxTokens: 10 } })).message,
    ).toContain('maxTokens must be unset when maxReasoningEffort is high');
    expect((await requests.converse(nova2, high)).status).toBe(200);
  });

  test.each([
    [gpt56, { reasoning: { effort: 'none' } }],
    [gptOss, { reasoning_effort: 'high' }],
    [nova2, { reasoningConfig: { type: 'disabled' } }],
  ])('%s accepts the fields %j', async (model, change) => {
    expect(await requests.converse(model, fields(change))).toEqual(accepted);
  });
});

function startOf(words: string): RegExp {
  return new RegExp(`^${words.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)}`, 'u');
}
