import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { stopReasons } from '#local/bedrock/turn/answer.ts';
import { readScenarioFile } from '#local/bedrock/server/read-settings.ts';
import { createVirtualClock } from '#local/process/clock.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;
const clock = createVirtualClock();

beforeAll(async () => {
  bedrock = await startBedrock({ clock, allowsInlineScenarios: true });
});

afterEach(() => control('POST', 'reset'));
afterAll(() => bedrock.close());

async function control(
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<Response> {
  return fetch(`${bedrock.url}/_streambed/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const user = (text: string): Message => ({ role: 'user', content: [{ text }] });

async function answerTo(text: string, change: Partial<ConverseCommandInput> = {}): Promise<string> {
  const input = { modelId: haiku, messages: [user(text)], ...change };
  const { output } = await bedrock.http1().send(new ConverseCommand(input));
  return output?.message?.content?.[0]?.text ?? '';
}

test('a scenario matches by model, text, system prompt, metadata or operation', async () => {
  const removals = [
    bedrock.on({ match: { model: '*nova*' }, stream: [{ text: 'by model' }] }),
    bedrock.on({ match: { text: 'weather' }, stream: [{ text: 'by text' }] }),
    bedrock.on({ match: { text: '/^who\\b/' }, stream: [{ text: 'by expression' }] }),
    bedrock.on({ match: { system: 'pirate' }, stream: [{ text: 'by system' }] }),
    bedrock.on({ match: { metadata: { tenant: 'a*' } }, stream: [{ text: 'by metadata' }] }),
    bedrock.on({ match: { operation: 'ConverseStream' }, fail: { type: 'ThrottlingException' } }),
  ];
  expect(await answerTo('Hi', { modelId: novaLite })).toBe('by model');
  expect(await answerTo('How is the WEATHER?')).toBe('by text');
  expect(await answerTo('Who are you?')).toBe('by expression');
  expect(await answerTo('Hi', { system: [{ text: 'You are a pirate.' }] })).toBe('by system');
  expect(await answerTo('Hi', { requestMetadata: { tenant: 'acme' } })).toBe('by metadata');
  expect(await answerTo('Hi')).toContain('Simulated');
  const stream = new ConverseStreamCommand({ modelId: haiku, messages: [user('Hi')] });
  await expect(bedrock.http2().send(stream)).rejects.toMatchObject({ name: 'ThrottlingException' });
  for (const remove of removals) remove();
  expect(await answerTo('Hi', { modelId: novaLite })).toContain('Simulated');
});

test('a scenario can match only the nth call', async () => {
  bedrock.on({ match: { call: 2 }, stream: [{ text: 'the second' }] });
  const texts = [await answerTo('a'), await answerTo('b'), await answerTo('c')];
  expect(texts.map((text) => text === 'the second')).toEqual([false, true, false]);
});

test('a scenario continues with its next step after a tool result', async () => {
  bedrock.on({
    stream: [{ tool: { name: 'look', args: { at: 'sky' }, fragments: 3 } }],
    next: [{ stream: [{ text: 'It is blue.' }] }],
  });
  const tools = [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }];
  const ask = (messages: Message[]): Promise<ConverseCommandOutput> =>
    bedrock.http1().send(new ConverseCommand({ modelId: haiku, messages, toolConfig: { tools } }));
  const question = user('What is it like?');
  const first = await ask([question]);
  expect(first.stopReason).toBe('tool_use');
  const toolUse = first.output?.message?.content?.[0]?.toolUse;
  expect(toolUse).toMatchObject({ name: 'look', input: { at: 'sky' } });
  const toolResult = { toolUseId: toolUse?.toolUseId, content: [{ text: 'blue' }] };
  const second = await ask([
    question,
    first.output?.message ?? question,
    { role: 'user', content: [{ toolResult }] },
  ]);
  expect(second.output?.message?.content).toEqual([{ text: 'It is blue.' }]);
});

test.each([
  ['a marker in the text', 'Hello [[streambed: stop: max_tokens, stream: [{text: Inline}]]]', {}],
  [
    'the metadata of the request',
    'Hello',
    { requestMetadata: { streambed: '{"stream":[{"text":"Inline"}]}' } },
  ],
])('a request can set its own scenario by %s', async (_, text, change) => {
  expect(await answerTo(text, change)).toBe('Inline');
});

test('a request can set its own scenario by a header', async () => {
  const headers = { 'x-streambed-scenario': 'stream: [{text: Inline}]' };
  const response = await bedrock.post(
    `/model/${haiku}/converse`,
    { messages: [user('Hi')] },
    headers,
  );
  expect(await response.json()).toMatchObject({
    output: { message: { content: [{ text: 'Inline' }] } },
  });
});

test('a marker is removed from the prompt, and ignored unless inline scenarios are allowed', async () => {
  const marked = 'What is my name? [[streambed: usage: {output: 7}]]';
  const input = { modelId: haiku, messages: [user(marked)] };
  const { usage } = await bedrock.http1().send(new ConverseCommand(input));
  expect(usage?.outputTokens).toBe(7);
  expect(bedrock.journal.entries().at(-1)?.prompt).toBe(marked);
  const strict = await startBedrock();
  const response = await strict.http1().send(new ConverseCommand(input));
  expect(response.usage?.outputTokens).not.toBe(7);
  await strict.close();
});

test('an invalid scenario is refused and the error names the member', async () => {
  await expect(answerTo('Hi [[streambed: stop: never]]')).rejects.toThrow(
    'scenario.stop: must be one of end_turn',
  );
  const wrong = [{ stream: [{ text: 'a' }] }, { fail: { type: 'X', times: 0 } }];
  const refused = await control('POST', 'scenarios', wrong);
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: 'scenarios.1.fail.times: must be at least 1, not 0' },
  ]);
  expect(await (await control('GET', 'scenarios')).json()).toEqual({ scenarios: [] });
  expect(() => bedrock.on({ stream: [{ stal: '1s' }] })).toThrow('stal: is not a known member');
  expect(() => bedrock.on({ match: { text: '/(/' } })).toThrow(
    'match.text: must be of type regular expression',
  );
});

test('scenarios, guardrails and the journal are available over HTTP', async () => {
  const scenario = { name: 'busy', fail: { type: 'ThrottlingException', times: 1 } };
  expect((await control('POST', 'scenarios', scenario)).status).toBe(200);
  await expect(answerTo('Hi')).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(await answerTo('Hi')).toContain('Simulated');
  const { requests } = (await (await control('GET', 'journal')).json()) as {
    requests: readonly object[];
  };
  expect(requests).toMatchObject([
    {
      operation: 'Converse',
      scenario: 'busy',
      status: 429,
      outcome: 'refused',
      error: 'ThrottlingException',
      prompt: 'Hi',
    },
    {
      operation: 'Converse',
      scenario: 'busy',
      status: 200,
      outcome: 'completed',
      usage: { inputTokens: 5 },
      identity: { type: 'sigv4', accessKeyId: 'any' },
    },
  ]);
  const guardrails = [{ id: 'abc', wordPolicyConfig: { wordsConfig: [{ text: 'no' }] } }];
  expect((await control('PUT', 'guardrails', guardrails)).status).toBe(200);
  expect((await control('PUT', 'guardrails', [{ name: 'x' }])).status).toBe(400);
  expect((await control('GET', 'nowhere')).status).toBe(404);
});

test('a control request from another origin is refused with 403', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  expect((await control('POST', 'scenarios', { eol: true }, headers)).status).toBe(403);
  expect(
    (await control('GET', 'journal', undefined, { origin: 'http://localhost:3000' })).status,
  ).toBe(200);
});

test('a scenario can set usage, stop reason and guardrail', async () => {
  bedrock.on({
    stop: 'model_context_window_exceeded',
    usage: { input: 11, output: 22, cacheRead: 33, cacheWrite: 44 },
  });
  const { stopReason, usage } = await bedrock
    .http1()
    .send(new ConverseCommand({ modelId: haiku, messages: [user('Hi')] }));
  expect(stopReason).toBe('model_context_window_exceeded');
  expect(usage).toMatchObject({
    inputTokens: 11,
    outputTokens: 22,
    cacheReadInputTokens: 33,
    cacheWriteInputTokens: 44,
    totalTokens: 110,
  });
  bedrock.on({ guardrail: { block: 'output', at_token: 5, message: 'Stop here.' } });
  expect(await answerTo('Hi')).toMatch(/Stop here\.$/u);
});

test.each(stopReasons)('a response can have the stop reason %s', async (stop) => {
  bedrock.on({ stop });
  const input = { modelId: haiku, messages: [user('Hi')] };
  const { stream } = await bedrock.http2().send(new ConverseStreamCommand(input));
  const events = await Array.fromAsync(stream ?? []);
  expect(events.find(({ messageStop }) => messageStop !== undefined)?.messageStop?.stopReason).toBe(
    stop,
  );
});

test('a YAML scenario file is read, and an error names the invalid member', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const file = join(folder, 'scenarios.yaml');
  await writeFile(
    file,
    'scenarios:\n  - name: slow\n    match: {text: hi}\n    stream:\n      - text: Hello\n        tps: 60\n      - stall: 8s\nquota: {rpm: 10}\n',
  );
  expect(await readScenarioFile(file)).toMatchObject({
    scenarios: [{ name: 'slow' }],
    quota: { rpm: 10 },
  });
  await writeFile(file, 'scenarios:\n  - fail: {type: X}\n    tims: 3\n');
  await expect(readScenarioFile(file)).rejects.toThrow(
    'scenarios.yaml: scenarios.0.tims: is not a known member',
  );
  await expect(readScenarioFile(join(folder, 'missing.yaml'))).rejects.toThrow('--scenarios');
});
