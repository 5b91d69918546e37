import { expect, test } from 'vitest';
import { userMessage, type PromptMessage } from '#domain/conversation/message.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { withRefusals } from '#domain/chat/refusals.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';

const maxOutputTokens = 100;

async function refused(
  refusal: string,
  change: Partial<ModelRequest>,
  before: ReturnType<typeof saying> = [],
): Promise<ChatError> {
  const cause = new Error(refusal);
  const error = new ChatError('invalid_request', refusal, { cause, refusal });
  const model = withRefusals(createMemoryModel([...before, error]), {
    maxOutputTokens,
    settings: { defaults: { effort: 'low' }, serviceTiers: ['flex'], traits: {} },
  });
  const request: ModelRequest = {
    owner: 'ada',
    modelId: 'm',
    messages: [userMessage('Hi')],
    inference: { maxTokens: maxOutputTokens },
    ...change,
  };
  const { signal } = new AbortController();
  return Array.fromAsync(model.stream(request, signal)).then(
    () => expect.unreachable(),
    toChatError,
  );
}

const temperature = '`temperature` and `top_p` cannot both be specified for this model.';
const tooMuch = 'The maximum tokens you requested exceeds the model limit of 50.';
const badTool = 'toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of: object.';
const badSchema = 'output_config.format.schema: For object types, additionalProperties is required';
const blank = 'The text field in the ContentBlock object at messages.7.content.0 is blank.';
const badMetadata = "Value at 'requestMetadata' failed to satisfy constraint";
const badTier = 'This model does not support the service tier.';
const badEffort = 'output_config.effort: Input should be low or high';
const anything = 'The request is malformed.';
const noPictures = "This model doesn't support the image content block that you provided.";
const withFile: PromptMessage = {
  role: 'user',
  content: [{ type: 'file', number: 1, format: 'png', bytes: new Uint8Array() }],
};
const tools = [{ name: 'x', inputSchema: {} }];
const outputSchema = { name: 'x', schema: {} };
const inference = { maxTokens: maxOutputTokens };

test.each<readonly [string, string, Partial<ModelRequest>]>([
  ['a setting', temperature, { inference: { ...inference, temperature: 0.5 } }],
  ['another maximum than the default', tooMuch, { inference: { maxTokens: 99 } }],
  ['a tool', badTool, { tools }],
  ['a schema', badSchema, { outputSchema }],
  ['metadata', badMetadata, { metadata: { a: 'b' } }],
  ['a service tier', badTier, { serviceTier: 'priority' }],
  ['another effort than the default', badEffort, { effort: 'max' }],
  ['instructions', "This model doesn't support system prompts.", { system: 'Be brief.' }],
  ['messages that were all sent', blank, {}],
  ['any setting, if the refusal names none', anything, { tools }],
  ['a file of an earlier message', noPictures, { messages: [withFile], hasStoredMessages: true }],
  ['too much text', 'Input is too long for requested model.', { hasStoredMessages: true }],
])('a refusal of %s is the fault of the caller who sent it', async (_, refusal, change) => {
  const error = await refused(refusal, change);
  expect(error).toMatchObject({ code: 'invalid_request', hasOutput: false });
  expect(error.message).toBe(`The model does not accept this request: ${refusal}`);
});

test.each<readonly [string, string, Partial<ModelRequest>]>([
  ['a setting that was not sent', temperature, {}],
  ['the default maximum', tooMuch, {}],
  ["Streambed's own tools", badTool, { toolUse: { sets: ['notes'], canAsk: true } }],
  ['stored messages', blank, { hasStoredMessages: true }],
  ['passages', blank, { knowledge: { name: 'docs', mode: 'retrieve' as const } }],
  ["the deployment's effort and tier", badEffort, { effort: 'low', serviceTier: 'flex' }],
  ['something unknown', anything, {}],
])(
  'a refusal of %s is a fault of the system, and its reason is secret',
  async (_, refusal, change) => {
    const error = await refused(refusal, change);
    expect(error).toMatchObject({ code: 'internal', cause: { message: refusal } });
    expect(error.message).toBe('The model cannot be used at the moment.');
  },
);

test('a refusal in the middle of an answer has the same code', async () => {
  const change = { inference: { temperature: 1 } };
  expect(await refused(temperature, change, saying('Hi').slice(0, 2))).toMatchObject({
    code: 'invalid_request',
  });
});
