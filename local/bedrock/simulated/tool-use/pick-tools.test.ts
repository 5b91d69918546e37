import { expect, test } from 'vitest';
import { findModel } from '#local/bedrock/model/models.ts';
import { pickTools } from '#local/bedrock/simulated/tool-use/pick-tools.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import type { ModelTurn, Tool } from '#local/bedrock/turn/turn.ts';

const model = findModel('amazon.nova-lite-v1:0', {
  servesEnded: false,
  aliases: new Map(),
  withoutAccess: new Set(),
  unknownModels: 'refuse',
});

const toolOf = (name: string, description = ''): Tool => ({ name, description, inputSchema: {} });

const tools = [
  toolOf('get_weather', 'Returns the weather of a city'),
  toolOf('web-search', 'Searches the web'),
  toolOf('sendEmail', 'Sends an email'),
  toolOf('bash', 'Runs a shell command'),
  toolOf('get', 'Reads a key'),
];

function picked(question: string, change: Partial<ModelTurn> = {}): readonly string[] {
  const turn = plainTurn(model, { messages: [textMessage('user', question)] });
  return pickTools({ ...turn, tools, ...change }).map(({ name }) => name);
}

const systemOf = (text: string): Partial<ModelTurn> => ({ system: [{ type: 'text', text }] });

test.each([
  ['Use get_weather', ['get_weather']],
  ['Use the tool `get-weather`, please.', ['get_weather']],
  ['use Get Weather now', ['get_weather']],
  ['Call getWeather for Kyoto', ['get_weather']],
  ['get_weatherを使って', ['get_weather']],
  ['「get_weather」で調べて', ['get_weather']],
  ['web_search: rivers', ['web-search']],
  ['Do a web search', ['web-search']],
  ['Please call send_email.', ['sendEmail']],
  ['send-email ツールで送って', ['sendEmail']],
  ['Don’t guess, use bash', ['bash']],
  ['Do not forget to use bash', ['bash']],
  ['Do not answer without bash', ['bash']],
  ['bashを使わないといけない', ['bash']],
  ["search for 'rivers'", ['web-search']],
  ['run: echo hi', ['bash']],
  ['Could you please run the tests', ['bash']],
  ['「川」を検索して', ['web-search']],
  ['echo hi を実行して', ['bash']],
  ['Use get_weather and web-search', ['get_weather', 'web-search']],
  ['web-search と get_weather を使って', ['web-search', 'get_weather']],
  ['First call bash, then get_weather', ['bash']],
  ['まずbashを呼び、次にget_weatherを呼ぶ', ['bash']],
  ['Use bash instead of web-search', ['bash']],
  ['Do not use get_weather but use bash', ['bash']],
  ['get_weatherではなく、bashを使って。get_weatherは使わないで', ['bash']],
  ['Use no tools other than bash', ['bash']],
])('%j calls the tools it names', (question, names) => {
  expect(picked(question)).toEqual(names);
});

test.each([
  ['bash', 'run: echo hi'],
  ['shell', 'execute: echo hi'],
  ['execute_command', 'Run `echo hi`'],
  ['terminal', 'echo hi を実行して'],
  ['do_it', 'run: echo hi'],
])('%s runs commands, whatever its description: %j', (name, question) => {
  const properties = { command: { type: 'string' } };
  const own = { ...toolOf(name, 'd'), inputSchema: { type: 'object', properties } };
  const other = toolOf('get_weather', 'Returns the weather');
  expect(picked(question, { tools: [other, own] })).toEqual([name]);
  expect(picked('Tell me about rivers', { tools: [other, own] })).toEqual([]);
});

test.each([
  "What is the weather in Kyoto? Don't use get_weather.",
  'Do not call get_weather: what is the weather?',
  'Tell me about the weather without using getWeather',
  'The weather in Kyoto, please, but never use get-weather',
  'get_weather must not be used. What is the weather?',
  'Is the weather good? Avoid the tool get_weather',
  'What is the weather? Do not use any tools.',
  'What is the weather? No tools!',
  'get_weatherを使わないで、天気を教えて',
  'get_weather は使わずに天気を答えて',
  'get_weatherツールを使用しないでください。天気は？',
  'ツールを使わないで天気を教えて',
  '天気は？ツールなしで答えて',
  'I am getting bored of widgets',
  'Tell me about rivers',
])('%j calls no tool', (question) => {
  expect(picked(question)).toEqual([]);
});

test.each([
  ['Always use get_weather before you answer.', ['get_weather']],
  ['You are kind. For every question you must call `bash`.', ['bash']],
  ['必ず get_weather を呼び出してください。', ['get_weather']],
  ['Your tool is web_search.', ['web-search']],
  ['You can use get_weather.', []],
  ['Use get_weather if the user asks for the weather.', []],
  ['Never use get_weather.', []],
  ['You have the tools get_weather, web_search and bash.', []],
  ['天気を聞かれた場合は get_weather を使う', []],
])('the system prompt %j orders what it says', (system, names) => {
  expect(picked('Tell me about rivers', systemOf(system))).toEqual(names);
});

test('the question has the last word over the system prompt', () => {
  const system = systemOf('Always use get_weather.');
  expect(picked('Use bash', system)).toEqual(['bash']);
  expect(picked('Hello. Do not use get_weather.', system)).toEqual([]);
  expect(picked('What is the weather?', systemOf('Never use get_weather.'))).toEqual([]);
});

test('a tool that was called is not called again, and the next in a sequence is', () => {
  const after = (question: string, name: string, more = {}): readonly string[] =>
    picked('', {
      ...more,
      messages: [
        textMessage('user', question),
        { role: 'assistant', content: [{ type: 'tool-use', toolUseId: 'a', name, input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool-result', toolUseId: 'a', content: [], isError: false }],
        },
      ],
    });
  expect(after('Use get_weather', 'get_weather')).toEqual([]);
  expect(after('What is the weather of the city?', 'get_weather')).toEqual([]);
  expect(after('Use bash, then get_weather', 'bash')).toEqual(['get_weather']);
  expect(after('Use bash, then get_weather', 'get_weather')).toEqual(['bash']);
  expect(after('Hello', 'bash', systemOf('Always use bash.'))).toEqual([]);
});

test('a choice of the request is above what the texts say', () => {
  expect(picked('Use bash', { toolChoice: { type: 'none' } })).toEqual([]);
  expect(picked('Use bash', { toolChoice: { type: 'tool', name: 'get' } })).toEqual(['get']);
  expect(picked('Hello', { toolChoice: { type: 'any' } })).toHaveLength(1);
  const refusal = picked("Don't use get_weather", { toolChoice: { type: 'any' } });
  expect(refusal).toHaveLength(1);
  expect(refusal).not.toContain('get_weather');
});
