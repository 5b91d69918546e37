import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { messages } from '#test/fixtures/model-families.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

test.each([
  [
    'a missing key',
    { messages },
    '#: required key [anthropic_version] not found|anthropic_version: Field required|max_tokens: Field required',
  ],
  [
    'a model in the body',
    { anthropic_version: 'v', max_tokens: 5, messages, model: haiku },
    'model: Extra inputs',
  ],
  [
    'a wrong type',
    { anthropic_version: 'v', max_tokens: '5', messages },
    'max_tokens: Input should be a valid integer',
  ],
  [
    'an unknown tool',
    { anthropic_version: 'v', max_tokens: 5, messages, tool_choice: { type: 'tool', name: 'x' } },
    "Tool 'x' not found in provided tools",
  ],
])('InvokeModel refuses %s with the error text of Anthropic', async (_, body, text) => {
  const response = await bedrock.post(`/model/${haiku}/invoke`, body);
  expect(response.status).toBe(400);
  expect(response.headers.get('x-amzn-errortype')).toContain('ValidationException');
  expect(((await response.json()) as { message: string }).message).toMatch(
    new RegExp(text.replace(/[[\]]/gu, '.'), 'u'),
  );
});

test.each([
  [{ messages: 'x' }, '#/messages: expected type: JSONArray, found: String'],
  [
    { messages: [{ role: 'user', content: 'Hi' }] },
    '#/messages/0/content: expected type: JSONArray, found: String',
  ],
  [
    { messages: [], inferenceConfig: { maxTokens: 'x' } },
    '#/inferenceConfig/maxTokens: expected type: Integer, found: String',
  ],
  [{ messages: [], system: 5 }, '#/system: expected type: JSONArray, found: Integer'],
  [{}, '#: required key [messages] not found'],
])('InvokeModel refuses the Nova body %j as AWS does', async (body, violation) => {
  const response = await bedrock.post(`/model/${novaLite}/invoke`, body);
  expect(response.status).toBe(400);
  expect(response.headers.get('x-amzn-errortype')).toContain('ValidationException');
  expect(await response.json()).toEqual({
    message: `Malformed input request: ${violation}, please reformat your input and try again.`,
  });
});

test('InvokeModel refuses a Llama body that does not match its schema', async () => {
  const llama = '/model/us.meta.llama3-3-70b-instruct-v1:0/invoke';
  const messageOf = async (body: unknown): Promise<string> =>
    ((await (await bedrock.post(llama, body)).json()) as { message: string }).message;
  expect(await messageOf({ max_gen_len: 5 })).toContain('#: required key [prompt] not found');
  expect(await messageOf({ prompt: 'a', messages })).toContain(
    'extraneous key [messages] is not permitted',
  );
  expect(await messageOf({ prompt: 'a', temperature: 2 })).toContain(
    '#/temperature: 2 is not less or equal to 1',
  );
  expect(await messageOf('{broken')).toContain('Malformed input request');
});
