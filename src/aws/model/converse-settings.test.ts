import { expect, test } from 'vitest';
import { toConverseRequest } from '#aws/model/converse-request.ts';
import { userMessage, type PromptMessage } from '#domain/conversation/message.ts';
import type { ModelOptions } from '#domain/model/model.ts';

const opus48 = 'us.anthropic.claude-opus-4-8';
const opus46 = 'us.anthropic.claude-opus-4-6-v1';
const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const nova = 'amazon.nova-lite-v1:0';
const oss = 'openai.gpt-oss-20b-1:0';

function convert(
  modelId: string,
  options: Partial<ModelOptions> & { readonly answerSoFar?: string },
  messages: readonly PromptMessage[] = [userMessage('Hi')],
) {
  return toConverseRequest({ owner: 'ada', modelId, messages, inference: {}, ...options });
}

const inference = { maxTokens: 4_096 };
const adaptive = { additionalModelRequestFields: { thinking: { type: 'adaptive' } } };
const budget = {
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_048 } },
};

test.each<readonly [string, Partial<ModelOptions>, object]>([
  [opus48, { effort: 'low' }, { outputConfig: { effort: 'low' } }],
  [opus48, { effort: 'xhigh' }, { outputConfig: { effort: 'xhigh' }, ...adaptive }],
  // Without thinking, there is no effort above this one.
  [opus48, { effort: 'max', thinking: false }, { outputConfig: { effort: 'high' } }],
  [opus48, { thinking: true }, adaptive],
  [opus46, { effort: 'xhigh' }, { outputConfig: { effort: 'high' }, ...adaptive }],
  [opus46, { effort: 'max' }, { outputConfig: { effort: 'max' }, ...adaptive }],
  [haiku, { thinking: true }, budget],
  [haiku, { effort: 'low' }, {}],
  [haiku, { thinking: true, inference: { maxTokens: 1_024 } }, {}],
  [haiku, { thinking: true, inference: { ...inference, temperature: 1 } }, {}],
  [haiku, { thinking: true, toolChoice: { type: 'any' } }, {}],
  [oss, { effort: 'max' }, { additionalModelRequestFields: { reasoning_effort: 'high' } }],
  [nova, { effort: 'low', thinking: true }, {}],
  [nova, { serviceTier: 'flex' }, { serviceTier: { type: 'flex' } }],
])('%s with %j is asked for %j', (modelId, options, expected) => {
  const { outputConfig, additionalModelRequestFields, serviceTier } = convert(modelId, {
    inference,
    ...options,
  });
  const asked = { outputConfig, additionalModelRequestFields, serviceTier };
  expect(JSON.parse(JSON.stringify(asked))).toEqual(expected);
});

test('an answer that goes on does not think again', () => {
  const options = { inference, thinking: true, answerSoFar: 'The' };
  expect(convert(haiku, options)).not.toHaveProperty('additionalModelRequestFields');
});

test('a model that thinks gets the signed thoughts of its own steps back, and no others', () => {
  const thought = { type: 'reasoning', text: 'Hm.', signature: 'c2ln' } as const;
  const call = { type: 'tool-use', toolUseId: '1', name: 'look', inputJson: '{}' } as const;
  const result = { type: 'tool-result', toolUseId: '1', text: 'ok' } as const;
  const step = (content: PromptMessage['content']): readonly PromptMessage[] => [
    userMessage('Hi'),
    { role: 'assistant', content: [thought, { type: 'text', text: 'Hello.' }] },
    userMessage('Look.'),
    { role: 'assistant', content },
    { role: 'user', content: [result] },
  ];
  const options = { inference, thinking: true };
  const toolUse = { toolUse: { toolUseId: '1', name: 'look', input: {} } };
  const signed = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } };
  const thinking = convert(haiku, options, step([thought, call]));
  expect(thinking).toMatchObject(budget);
  expect(thinking.messages?.[1]?.content).toEqual([{ text: 'Hello.' }]);
  expect(thinking.messages?.[3]?.content).toEqual([signed, toolUse]);
  // A step without its thoughts would be refused.
  const unsigned = convert(haiku, options, step([call]));
  expect(unsigned).not.toHaveProperty('additionalModelRequestFields');
  expect(unsigned.messages?.[3]?.content).toEqual([toolUse]);
  expect(convert(opus48, options, step([call]))).toMatchObject(adaptive);
});

test('a prompt stays in the cache for an hour with models that can do that', () => {
  const cachePointOf = (modelId: string, promptCache?: '5m' | '1h'): unknown =>
    convert(modelId, { system: 'rule '.repeat(8_000), promptCache }).system?.[1]?.cachePoint;
  expect(cachePointOf(haiku, '1h')).toEqual({ type: 'default', ttl: '1h' });
  expect(cachePointOf(nova, '1h')).toEqual({ type: 'default' });
  expect([cachePointOf(haiku, '5m'), cachePointOf(haiku)]).toEqual([
    { type: 'default' },
    { type: 'default' },
  ]);
});
