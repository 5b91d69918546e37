import type { UIMessage } from 'ai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startMcpServer, type TestMcpServer } from '#test/fixtures/mcp-server.ts';
import { signedIn } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { says, useChat } from '#test/fixtures/use-chat.ts';
import { behave, keptTurns, paidCalls } from '#test/fixtures/read-turn.ts';

let system: StreambedSystem;
let mcp: TestMcpServer;
let older: TestMcpServer;

beforeAll(async () => {
  mcp = await startMcpServer('2026');
  older = await startMcpServer('2025');
  const McpServers = `city=${mcp.url},town=${older.url},away=http://127.0.0.1:1/mcp`;
  system = await startSystem({ parameters: { McpServers } });
});
afterAll(async () => {
  await system.close();
  await mcp.close();
  await older.close();
});
beforeEach(() => behave(system, {}));

interface Step {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly output?: string;
  readonly error?: boolean;
}

interface Told {
  readonly conversation_id: string;
  readonly turn_id: string;
  readonly response: string;
  readonly stop_reason: string;
  readonly usage: { readonly input_tokens: number };
  readonly trace?: readonly Step[];
}

async function ask(body: object): Promise<Told> {
  const answer = await system.api('/chat', post(body));
  const told = (await answer.json()) as Told;
  expect([answer.status, told]).toEqual([200, told]);
  return told;
}

/** Has the model call a tool first, and then answer by itself. */
function calling(name: string, args: object): Promise<void> {
  const next = [{ stream: [{ simulate: true }] }];
  return behave(system, { next, stream: [{ tool: { name, args } }] });
}

test('a model calls a tool of ours, and answers with what it gave', async () => {
  // The example of the README.
  const told = await ask({ message: 'What time is it in Tokyo?', tools: ['time'] });
  expect(told.stop_reason).toBe('end_turn');
  expect(told.trace?.map(({ type }) => type)).toEqual(['tool_call', 'tool_result']);
  expect(told.trace?.[1]?.output).toMatch(/20\d\d.*GMT\+9/u);
  // What was said before the call is a paragraph of its own.
  expect(told.response).toMatch(/\n\n> \*\*Simulated answer/u);
  expect(told.response).toMatch(/20\d\d/u);
  // The next turn, with tools and without, goes on from there.
  const { conversation_id } = told;
  await behave(system, {});
  expect((await ask({ conversation_id, message: 'Thanks', tools: ['time'] })).stop_reason).toBe(
    'end_turn',
  );
  expect((await ask({ conversation_id, message: 'Thanks again' })).stop_reason).toBe('end_turn');
});

test('what a tool is given is held to its schema, and the model is told', async () => {
  await calling('current_time', { time_zone: 'Mars/Olympus' });
  const told = await ask({ prompt: 'Time on Mars?', tools: ['time'] });
  expect(told.trace?.find(({ type }) => type === 'tool_result')).toMatchObject({
    error: true,
    output: 'time_zone: must be an IANA time zone, such as Asia/Tokyo',
  });
});

test('a note is written when its owner has allowed it, once, and read by him alone', async () => {
  const asked = await ask({ message: 'Use add_note: I like tea', tools: ['notes'] });
  expect(asked.stop_reason).toBe('approval_required');
  const waiting = asked.trace?.find(({ type }) => type === 'approval_request');
  expect(waiting?.id).toBe(asked.trace?.find(({ type }) => type === 'tool_call')?.id);
  const approval = {
    conversation_id: asked.conversation_id,
    approve_turn_id: asked.turn_id,
    approvals: [{ tool_use_id: waiting?.id, approved: true }],
    tools: ['notes'],
  };
  const before = await paidCalls(system);
  const elsewhere = await system.api('/chat', post({ ...approval, tools: ['time'] }));
  expect(elsewhere.status).toBe(400);
  expect(await elsewhere.json()).toMatchObject({
    detail: 'tools: must include the tool set that provides add_note',
  });
  const [first, second] = await Promise.all([ask(approval), ask(approval)]);
  expect(first.turn_id).toBe(second.turn_id);
  expect(first.stop_reason).toBe('end_turn');
  expect((await paidCalls(system)) - before).toBe(1);
  const notes = await ask({ prompt: 'Use read_notes please', tools: ['notes'] });
  const output = notes.trace?.find(({ type }) => type === 'tool_result')?.output;
  expect(output?.split('\n')).toHaveLength(1);
  const demo = await signedIn(system, 'demo');
  const body = post({ prompt: 'Use read_notes please', tools: ['notes'] });
  const others = (await (await demo('/chat', body)).json()) as Told;
  expect(others.trace?.find(({ type }) => type === 'tool_result')?.output).toBe(
    'There are no notes.',
  );
  // What waited, what could not go on and what went on are tries at the same question.
  const turns = await keptTurns(system, asked.conversation_id);
  expect(turns.map(({ message }) => message)).toEqual(Array(3).fill('Use add_note: I like tea'));
});

test('useChat’s own approval parts are understood', async () => {
  const chat = { chatId: 'with-approval', body: { tools: ['notes'] } };
  const question = says('Use add_note: I like coffee');
  const asked = await useChat(system, { ...chat, messages: [question] });
  const part = asked.parts.find(({ type }) => type === 'dynamic-tool');
  expect(part).toMatchObject({ state: 'approval-requested', toolName: 'add_note' });
  const { approval } = part as { approval: { id: string } };
  const decided = {
    ...part,
    state: 'approval-responded',
    approval: { id: approval.id, approved: false },
  } as UIMessage['parts'][number];
  const parts = asked.parts.map((one) => (one === part ? decided : one));
  const goingOnWith = { ...asked, parts };
  const messages = [question, goingOnWith];
  const decide = (): Promise<UIMessage> =>
    useChat(system, { ...chat, ...structuredClone({ messages, goingOnWith }) });
  const answer = await decide();
  expect(answer.id).toBe(asked.id);
  const calls = answer.parts.filter(({ type }) => type === 'dynamic-tool');
  expect(calls).toEqual([
    expect.objectContaining({
      state: 'output-error',
      errorText: 'The user did not allow this call.',
    }),
  ]);
  // Nothing of what was said before is said again.
  const textsOf = ({ parts: all }: UIMessage): readonly unknown[] =>
    all.filter(({ type }) => type === 'text');
  expect(textsOf(answer)).toHaveLength(textsOf(asked).length + 1);
  // The same decision again is told what came of it then, and changes nothing.
  expect(textsOf(await decide())).toEqual(textsOf(answer));
});

test.each(['city', 'town'])(
  'a server of the Model Context Protocol is a set of tools, whichever generation it speaks: %s',
  async (name) => {
    await calling(`${name}__population`, { city: 'Kyoto' });
    const told = await ask({ prompt: 'How many live in Kyoto?', tools: [name] });
    expect(told.trace?.map((step) => step.name ?? step.output)).toEqual([
      `${name}__population`,
      expect.stringMatching(/has 1\.4 million people/u),
    ]);
    expect(told.response).toContain('1.4 million');
    await calling(`${name}__broken_gauge`, { city: 'Kyoto' });
    const failed = await ask({ prompt: 'How warm is it in Kyoto?', tools: [name] });
    expect(failed.trace?.[1]).toMatchObject({ error: true, output: 'The gauge is broken.' });
  },
);

test('what does not say that it only reads waits for a person', async () => {
  const asked = await ask({ message: 'Use city__paint_town for Kyoto', tools: ['city', 'time'] });
  expect(asked.stop_reason).toBe('approval_required');
  expect(mcp.written).toEqual([]);
  const call = asked.trace?.find(({ type }) => type === 'approval_request');
  const done = await ask({
    conversation_id: asked.conversation_id,
    approve_turn_id: asked.turn_id,
    approvals: [{ tool_use_id: call?.id, approved: true }],
    tools: ['city', 'time'],
  });
  expect(mcp.written).toHaveLength(1);
  expect(done.trace?.find(({ type }) => type === 'tool_result')?.output).toContain('is red now');
});

test('a server that is out of reach is a problem with a status, before any model is asked', async () => {
  const before = await paidCalls(system);
  const answer = await system.api('/chat', post({ prompt: 'Hi', tools: ['away'] }));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ detail: 'The tools of away cannot be reached.' });
  expect(await paidCalls(system)).toBe(before);
});

test('where nobody can be asked, what writes is not done, and the model is told', async () => {
  const body = post({ prompt: 'Use add_note: from a task', tools: ['notes'] });
  const submitted = await (await system.api('/tasks', body)).json();
  const { task_id: id } = submitted as { task_id: string };
  const read = async (): Promise<unknown> => (await system.api(`/tasks/${id}`)).json();
  const told = {
    stop_reason: 'end_turn',
    trace: expect.arrayContaining([
      expect.objectContaining({ type: 'tool_result', error: true, output: unasked }),
    ]) as unknown,
  };
  await expect
    .poll(read, { timeout: 20_000, interval: 300 })
    .toMatchObject({ status: 'succeeded', result: told });
  expect(await ask({ prompt: 'Use add_note: once', tools: ['notes'] })).toMatchObject(told);
});

const unasked =
  'This call needs the approval of a person, which is possible only in a conversation.';

test.each([
  [{ prompt: 'Hi', tools: ['nobody'] }, 'tools: must be one of time, notes, city, town, away'],
  [{ prompt: 'Hi', tools: 'time' }, 'tools: must be a list of names'],
  [{ prompt: 'Hi', tools: Array(9).fill('time') }, 'tools: must be at most 8 names'],
  [{ prompt: 'Hi', tools: ['time'], cache: true }, 'cache: cannot be combined with tools'],
  [{ approve_turn_id: 'x', approvals: [] }, 'conversation_id: is required'],
  [
    { conversation_id: 'x', approve_turn_id: 'x', approvals: [], tools: ['time'] },
    'approvals: must not be empty',
  ],
  [
    {
      conversation_id: 'x',
      approve_turn_id: 'x',
      approvals: [{ tool_use_id: 'x', approved: 'yes' }],
      tools: ['time'],
    },
    'approved: must be true or false',
  ],
  [
    {
      conversation_id: 'x',
      approve_turn_id: 'x',
      approvals: [{ tool_use_id: 'x', approved: true }],
    },
    'tools: is required',
  ],
])('%j is refused, with the field', async (body, detail) => {
  const answer = await system.api('/chat', post(body));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});
