import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { signedIn } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { says, useChat } from '#test/fixtures/use-chat.ts';
import { behave, keptTurns, tell } from '#test/fixtures/read-turn.ts';

let system: StreambedSystem;

const runtime = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-AbCdEf1234';

beforeAll(async () => {
  system = await startSystem({
    knowledge: await makeKnowledgeFolder(),
    parameters: { Agents: `helper=${runtime},classic=AGENT12345/TSTALIASID` },
  });
});
afterAll(() => system.close());

interface Told {
  readonly conversation_id: string;
  readonly response: string;
  readonly model: string;
  readonly stop_reason: string;
  readonly usage: { readonly output_tokens: number } | null;
  readonly trace?: readonly { readonly type: string; readonly name?: string }[];
  readonly citations?: readonly { readonly sources: readonly { readonly source: string }[] }[];
}

async function ask(body: object): Promise<Told> {
  const answer = await system.api('/chat', post(body));
  const told = (await answer.json()) as Told;
  expect([answer.status, told]).toEqual([200, told]);
  return told;
}

test.each(['helper', 'classic'])(
  'the agent %s answers, and remembers its session',
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

test.each(['helper', 'classic'])('a session of %s is its owner’s alone', async (agent) => {
  const [demo, guest] = await Promise.all([signedIn(system, 'demo'), signedIn(system, 'guest')]);
  const transport = (message: string): RequestInit =>
    post({
      agent,
      id: 'same-id',
      messages: [{ role: 'user', parts: [{ type: 'text', text: message }] }],
    });
  await (await demo('/chat', transport('My name is Grace.'))).text();
  const known = await demo('/chat', transport('What is my name?'));
  expect(await known.text()).toContain('Grace');
  const answer = await guest('/chat', transport('What is my name?'));
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('Grace');
});

test('a classic agent shows its thoughts, what it looked up, and what it stands on', async () => {
  const told = await ask({ prompt: 'How many days of paid leave are there?', agent: 'classic' });
  expect(told.trace?.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['thought', 'retrieval']),
  );
  expect(told.response).toContain('25 days');
});

test('the AI SDK sees the steps of an agent as parts, and history keeps them', async () => {
  const messages = [says('How many days of paid leave?')];
  const message = await useChat(system, {
    chatId: 'with-agent',
    body: { agent: 'classic' },
    messages,
  });
  const types = message.parts.map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['reasoning', 'data-retrieval', 'text']));
  const [turn] = await keptTurns(system, 'with-agent');
  expect(turn).toMatchObject({ trace: expect.arrayContaining([expect.anything()]) });
  // A plain model goes on with what was said.
  const body = { conversation_id: 'with-agent', message: 'Say that again' };
  expect((await ask(body)).model).toContain('claude');
});

test('an agent that gives control back says which tool it wants', async () => {
  const args = { city: 'Kyoto' };
  await behave(system, { stream: [{ tool: { name: 'weather__get', args } }] });
  const told = await ask({ prompt: 'Weather?', agent: 'classic' });
  expect(told.stop_reason).toBe('tool_use');
  expect(told.trace).toContainEqual({
    type: 'tool_call',
    id: expect.any(String),
    name: 'weather.get',
    input: args,
  });
  await behave(system, {});
});

test.each([
  ['helper', { cut: 'rst' }],
  ['helper', { cut: 'fin' }],
  ['helper', { exception: { type: 'internalServerException', message: 'oh' } }],
  ['classic', { cut: 'rst' }],
  ['classic', { exception: { type: 'dependencyFailedException', message: 'oh' } }],
])(
  'an answer of %s that breaks off by %j is an error, never a short answer',
  async (agent, fault) => {
    await behave(system, { stream: [{ text: 'Half an answer' }, fault] });
    const { ending } = await tell(system, { message: 'Hi', agent }, { key: crypto.randomUUID() });
    expect(['model_error', 'model_unavailable']).toContain(ending);
    await behave(system, {});
  },
);

test('an agent that refuses is an error with a status', async () => {
  await behave(system, { fail: { type: 'ThrottlingException' } });
  const answer = await system.api('/chat', post({ prompt: 'Hi', agent: 'helper' }));
  expect(answer.status).toBe(429);
  await behave(system, {});
});

test.each([
  [{ agent: 'nobody' }, 'agent: must be one of helper, classic'],
  [{ agent: 'helper', model: 'amazon.nova-lite-v1:0' }, 'model: cannot be set together with agent'],
  [{ agent: 'helper', system: 'Be brief' }, 'system: cannot be set together with agent'],
  [{ agent: 'helper', cache: true }, 'cache: cannot be combined with agent'],
  [{ agent: 5 }, 'agent: must be a string'],
])('%j is refused, with the field', async (body, detail) => {
  const answer = await system.api('/chat', post({ prompt: 'Hi', ...body }));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});
