import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  haiku,
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

const schema = {
  type: 'object',
  properties: { command: { type: 'string' } },
  required: ['command'],
};

const converseBody = (question: string): object => ({
  messages: [{ role: 'user', content: [{ text: question }] }],
  toolConfig: { tools: [{ toolSpec: { name: 'shell_tool', inputSchema: { json: schema } } }] },
});

const claudeBody = (question: string): object => ({
  max_tokens: 500,
  messages: [{ role: 'user', content: question }],
  tools: [{ name: 'shell_tool', input_schema: schema }],
});

const nativeBody = (question: string): object => ({
  ...claudeBody(question),
  anthropic_version: 'bedrock-2023-05-31',
});

const openaiBody = (question: string): object => ({
  model: haiku,
  messages: [{ role: 'user', content: question }],
  tools: [{ type: 'function', function: { name: 'shell_tool', parameters: schema } }],
});

test.each<[string, string, (question: string) => object]>([
  ['Converse', `/model/${haiku}/converse`, converseBody],
  ['Converse of Nova', `/model/${novaLite}/converse`, converseBody],
  ['InvokeModel of Claude', `/model/${haiku}/invoke`, nativeBody],
  ['InvokeModel of Nova', `/model/${novaLite}/invoke`, converseBody],
  ['Messages', '/anthropic/v1/messages', (question) => ({ model: haiku, ...claudeBody(question) })],
  ['chat completions', '/openai/v1/chat/completions', openaiBody],
])('the simulation does as it is asked: %s', async (_, path, toBody) => {
  const answer = async (question: string): Promise<string> => {
    const response = await bedrock.post(path, toBody(question));
    return (await response.text()).replaceAll('\\', '');
  };
  expect(await answer('Use shell tool to run: echo hi')).toContain('{"command":"echo hi"}');
  expect(await answer('shell-tool で「echo hi」を実行して')).toContain('{"command":"echo hi"}');
  expect(await answer("Don't use shell_tool. Count from 3 to 5")).toContain('"3, 4, 5"');
  expect(await answer('3から5まで数えて')).toContain('"3、4、5"');
});

test('a stream has the same calls and short answers', async () => {
  const toolConfig = {
    tools: [{ toolSpec: { name: 'shell_tool', inputSchema: { json: schema } } }],
  };
  const called = await bedrock.stream({ messages: [user('shell_tool: echo hi')], toolConfig });
  const inputs = called.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input);
  expect(inputs.join('')).toBe('{"command":"echo hi"}');
  const counted = await bedrock.stream({ messages: [user('Count from 3 to 5')] });
  const texts = counted.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text);
  expect(texts.join('')).toBe('3, 4, 5');
});

const text = 'The Shinano is the longest river of Japan. It is 367 km long.';

test('a summary cites its document, whole and streamed', async () => {
  const bytes = Buffer.from(text);
  const document = {
    name: 'rivers',
    format: 'txt',
    source: { bytes },
    citations: { enabled: true },
  } as const;
  const messages = [
    { role: 'user' as const, content: [{ document }, { text: 'Summarize this.' }] },
  ];
  const answer = await bedrock.ask({ messages });
  expect(textOf(answer)).toContain('The Shinano is the longest river');
  const cited = answer.output?.message?.content?.flatMap(
    ({ citationsContent }) => citationsContent?.citations ?? [],
  );
  expect(cited?.[0]?.location).toBeDefined();
  const events = await bedrock.stream({ messages });
  const citations = events.flatMap(
    ({ contentBlockDelta }) => contentBlockDelta?.delta?.citation ?? [],
  );
  expect(citations).toEqual(cited);
});

test('a summary cites its document on the Messages API, whole and streamed', async () => {
  const document = {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: text },
    citations: { enabled: true },
  };
  const content = [document, { type: 'text', text: 'Summarize this.' }];
  const body = { model: haiku, max_tokens: 500, messages: [{ role: 'user', content }] };
  const whole = await (await bedrock.post('/anthropic/v1/messages', body)).text();
  expect(whole).toContain('"cited_text":"The Shinano is the longest river of Japan.');
  const streamed = await bedrock.post('/anthropic/v1/messages', { ...body, stream: true });
  expect(await streamed.text()).toContain('citations_delta');
});
