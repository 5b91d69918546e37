import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { signedIn } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { useChat, userMessage } from '#test/fixtures/use-chat.ts';
import { readTurns, setScenario, streamTurn } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;

const runtime = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-AbCdEf1234';

beforeAll(async () => {
  system = await startSystem({
    knowledge: await makeKnowledgeFolder(),
    parameters: { Agents: `helper=${runtime},classic=AGENT12345/TSTALIASID` },
  });
});
afterAll(() => system.close());

interface ChatJson {
  readonly conversation_id: string;
  readonly response: string;
  readonly model: string;
  readonly stop_reason: string;
  readonly usage: { readonly output_tokens: number } | null;
  readonly trace?: readonly { readonly type: string; readonly name?: string }[];
  readonly citations?: readonly { readonly sources: readonly { readonly source: string }[] }[];
}

async function ask(body: object): Promise<ChatJson> {
  const answer = await system.api('/chat', post(body));
  const result = (await answer.json()) as ChatJson;
  expect([answer.status, result]).toEqual([200, result]);
  return result;
}

test.each(['helper', 'classic'])(
  'the agent %s answers and remembers its session',
  async (agent) => {
    const first = await ask({ message: 'My name is Ada.', agent });
    expect(first).toMatchObject({ model: `agent:${agent}`, stop_reason: 'end_turn' });
    expect(first.usage?.output_tokens).toBeGreaterThan(0);
    const { conversation_id } = first;
    const second = await ask({ conversation_id, message: 'What is my name?', agent });
    expect(second.response).toContain('Ada');
    const other = await ask({ message: 'What is my name?', agent });
    expect(other.response).not.toContain('Ada');
  },
);

test.each(['helper', 'classic'])('a session of %s is visible only to its owner', async (agent) => {
  const [demo, guest] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
  const transport = (message: string): RequestInit =>
    post({
      agent,
      id: 'same-id',
      messages: [{ role: 'user', parts: [{ type: 'text', text: message }] }],
    });
  await (await demo('/chat', transport('My name is Grace.'))).text();
  const sameOwner = await demo('/chat', transport('What is my name?'));
  expect(await sameOwner.text()).toContain('Grace');
  const answer = await guest('/chat', transport('What is my name?'));
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('Grace');
});

test('a Bedrock agent returns its reasoning and retrievals as a trace', async () => {
  const result = await ask({ prompt: 'How many days of paid leave are there?', agent: 'classic' });
  expect(result.trace?.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['thought', 'retrieval']),
  );
  expect(result.response).toContain('25 days');
});

test('the AI SDK receives the steps of an agent as parts, and they are stored', async () => {
  const messages = [userMessage('How many days of paid leave?')];
  const message = await useChat(system, {
    chatId: 'with-agent',
    body: { agent: 'classic' },
    messages,
  });
  const types = message.parts.map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['reasoning', 'data-retrieval', 'text']));
  const [turn] = await readTurns(system, 'with-agent');
  expect(turn).toMatchObject({ trace: expect.arrayContaining([expect.anything()]) });
  // A plain model can continue the conversation.
  const body = { conversation_id: 'with-agent', message: 'Say that again' };
  expect((await ask(body)).model).toContain('claude');
});

test('an agent that returns control names the tool to call', async () => {
  const args = { city: 'Kyoto' };
  await setScenario(system, { stream: [{ tool: { name: 'weather__get', args } }] });
  const result = await ask({ prompt: 'Weather?', agent: 'classic' });
  expect(result.stop_reason).toBe('tool_use');
  expect(result.trace).toContainEqual({
    type: 'tool_call',
    id: expect.any(String),
    name: 'weather.get',
    input: args,
  });
  await setScenario(system, {});
});

test.each([
  ['helper', { cut: 'rst' }],
  ['helper', { cut: 'fin' }],
  ['helper', { exception: { type: 'internalServerException', message: 'oh' } }],
  ['classic', { cut: 'rst' }],
  ['classic', { exception: { type: 'dependencyFailedException', message: 'oh' } }],
])('a broken stream from %s (%j) is an error, not a short answer', async (agent, fault) => {
  await setScenario(system, { stream: [{ text: 'Half an answer' }, fault] });
  const { outcome } = await streamTurn(
    system,
    { message: 'Hi', agent },
    { key: crypto.randomUUID() },
  );
  expect(['model_error', 'model_unavailable']).toContain(outcome);
  await setScenario(system, {});
});

test('a throttled agent is a 429', async () => {
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const answer = await system.api('/chat', post({ prompt: 'Hi', agent: 'helper' }));
  expect(answer.status).toBe(429);
  await setScenario(system, {});
});

test.each([
  [{ agent: 'unknown' }, 'agent: must be one of helper, classic'],
  [{ agent: 'helper', model: 'amazon.nova-lite-v1:0' }, 'model: cannot be set together with agent'],
  [{ agent: 'helper', system: 'Be brief' }, 'system: cannot be set together with agent'],
  [{ agent: 'helper', cache: true }, 'cache: cannot be combined with agent'],
  [{ agent: 5 }, 'agent: must be a string'],
])('%j is rejected with an error that names the field', async (body, detail) => {
  const answer = await system.api('/chat', post({ prompt: 'Hi', ...body }));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});
