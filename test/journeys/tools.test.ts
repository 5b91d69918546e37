import type { UIMessage } from 'ai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startMcpServer, type TestMcpServer } from '#test/fixtures/mcp-server.ts';
import { signedIn } from '#test/fixtures/signed-in.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { useChat, userMessage } from '#test/fixtures/use-chat.ts';
import { countPaidCalls, readTurns, setScenario } from '#test/fixtures/turn-client.ts';

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
beforeEach(() => setScenario(system, {}));

interface Step {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly output?: string;
  readonly error?: boolean;
}

interface ChatJson {
  readonly conversation_id: string;
  readonly turn_id: string;
  readonly response: string;
  readonly stop_reason: string;
  readonly usage: { readonly input_tokens: number };
  readonly trace?: readonly Step[];
}

async function ask(body: object): Promise<ChatJson> {
  const answer = await system.api('/chat', post(body));
  const result = (await answer.json()) as ChatJson;
  expect([answer.status, result]).toEqual([200, result]);
  return result;
}

/** Makes the model call a tool first, and then answer. */
function setToolCall(name: string, args: object): Promise<void> {
  const next = [{ stream: [{ simulate: true }] }];
  return setScenario(system, { next, stream: [{ tool: { name, args } }] });
}

test('a model calls a built-in tool and answers with its result', async () => {
  // The example of the README.
  const result = await ask({ message: 'What time is it in Tokyo?', tools: ['time'] });
  expect(result.stop_reason).toBe('end_turn');
  expect(result.trace?.map(({ type }) => type)).toEqual(['tool_call', 'tool_result']);
  expect(result.trace?.[1]?.output).toMatch(/20\d\d.*GMT\+9/u);
  // The text before the call is a separate paragraph.
  expect(result.response).toMatch(/\n\n> \*\*Simulated answer/u);
  expect(result.response).toMatch(/20\d\d/u);
  const { conversation_id } = result;
  const [turn] = await readTurns(system, conversation_id);
  expect(turn?.content).toMatchObject([
    { type: 'text' },
    { type: 'tool_call', name: 'current_time', status: 'done', result: result.trace?.[1]?.output },
    { type: 'text' },
  ]);
  // The conversation can continue with and without tools.
  await setScenario(system, {});
  expect((await ask({ conversation_id, message: 'Thanks', tools: ['time'] })).stop_reason).toBe(
    'end_turn',
  );
  expect((await ask({ conversation_id, message: 'Thanks again' })).stop_reason).toBe('end_turn');
});

test('a caller sees which models and tools a request can choose', async () => {
  const options: unknown = await (await system.api('/options')).json();
  expect(options).toMatchObject({
    models: [
      { name: 'Claude Haiku 4.5', input: ['text', 'image', 'document'], is_default: true },
      { id: 'amazon.nova-lite-v1:0', name: 'Nova Lite' },
      { id: 'auto' },
    ],
    tools: [
      { name: 'time', needs_approval: false },
      { name: 'notes', needs_approval: true },
      { name: 'city', needs_approval: true },
      { name: 'town' },
      { name: 'away' },
    ],
    inference: { max_tokens: 4_096 },
  });
  expect(JSON.stringify(options)).not.toContain(mcp.url);
});

test('invalid tool input is returned to the model as an error', async () => {
  await setToolCall('current_time', { time_zone: 'Mars/Olympus' });
  const result = await ask({ prompt: 'Time on Mars?', tools: ['time'] });
  expect(result.trace?.find(({ type }) => type === 'tool_result')).toMatchObject({
    error: true,
    output: 'time_zone: must be an IANA time zone, such as Asia/Tokyo',
  });
});

test('an approved note is written once and is readable only by its owner', async () => {
  const pending = await ask({ message: 'Use add_note: I like tea', tools: ['notes'] });
  expect(pending.stop_reason).toBe('approval_required');
  const approvalRequest = pending.trace?.find(({ type }) => type === 'approval_request');
  expect(approvalRequest?.id).toBe(pending.trace?.find(({ type }) => type === 'tool_call')?.id);
  const approval = {
    conversation_id: pending.conversation_id,
    approve_turn_id: pending.turn_id,
    approvals: [{ tool_use_id: approvalRequest?.id, approved: true }],
    tools: ['notes'],
  };
  const before = await countPaidCalls(system);
  const withoutNotes = await system.api('/chat', post({ ...approval, tools: ['time'] }));
  expect(withoutNotes.status).toBe(400);
  expect(await withoutNotes.json()).toMatchObject({
    detail: 'tools: must include the tool set that provides add_note',
  });
  const [first, second] = await Promise.all([ask(approval), ask(approval)]);
  expect(first.turn_id).toBe(second.turn_id);
  expect(first.stop_reason).toBe('end_turn');
  expect((await countPaidCalls(system)) - before).toBe(1);
  const notes = await ask({ prompt: 'Use read_notes please', tools: ['notes'] });
  const output = notes.trace?.find(({ type }) => type === 'tool_result')?.output;
  expect(output?.split('\n')).toHaveLength(1);
  const demo = await signedIn(system, 'demo');
  const body = post({ prompt: 'Use read_notes please', tools: ['notes'] });
  const others = (await (await demo('/chat', body)).json()) as ChatJson;
  expect(others.trace?.find(({ type }) => type === 'tool_result')?.output).toBe(
    'There are no notes.',
  );
  // The waiting, the failed and the approved turn all have the same question.
  const turns = await readTurns(system, pending.conversation_id);
  expect(turns.map(({ message }) => message)).toEqual(Array(3).fill('Use add_note: I like tea'));
  const statuses = turns.map(({ content }) => content.flatMap(({ status }) => status ?? []));
  expect(statuses).toEqual([['waiting'], [], ['done']]);
});

test('approval parts of useChat are accepted', async () => {
  const chat = { chatId: 'with-approval', body: { tools: ['notes'] } };
  const question = userMessage('Use add_note: I like coffee');
  const pending = await useChat(system, { ...chat, messages: [question] });
  const part = pending.parts.find(({ type }) => type === 'dynamic-tool');
  expect(part).toMatchObject({ state: 'approval-requested', toolName: 'add_note' });
  const { approval } = part as { approval: { id: string } };
  const decided = {
    ...part,
    state: 'approval-responded',
    approval: { id: approval.id, approved: false },
  } as UIMessage['parts'][number];
  const parts = pending.parts.map((one) => (one === part ? decided : one));
  const continuedMessage = { ...pending, parts };
  const messages = [question, continuedMessage];
  const decide = (): Promise<UIMessage> =>
    useChat(system, { ...chat, ...structuredClone({ messages, continuedMessage }) });
  const answer = await decide();
  expect(answer.id).toBe(pending.id);
  const calls = answer.parts.filter(({ type }) => type === 'dynamic-tool');
  expect(calls).toEqual([
    expect.objectContaining({
      state: 'output-error',
      errorText: 'The user did not allow this call.',
    }),
  ]);
  const turns = await readTurns(system, chat.chatId);
  expect(turns.at(-1)?.content).toMatchObject([{}, { type: 'tool_call', status: 'denied' }, {}]);
  // The earlier text is not repeated.
  const textsOf = ({ parts: all }: UIMessage): readonly unknown[] =>
    all.filter(({ type }) => type === 'text');
  expect(textsOf(answer)).toHaveLength(textsOf(pending).length + 1);
  // Repeating the decision returns the same answer.
  expect(textsOf(await decide())).toEqual(textsOf(answer));
});

test.each(['city', 'town'])(
  'the tools of an MCP server work with the old and the new protocol version: %s',
  async (name) => {
    const args = { city: 'Kyoto', order: JSON.rawJSON('12345678901234567890') };
    await setToolCall(`${name}__population`, args);
    const result = await ask({ prompt: 'How many live in Kyoto?', tools: [name] });
    expect(result.trace?.map((step) => step.name ?? step.output)).toEqual([
      `${name}__population`,
      expect.stringMatching(/has 1\.4 million people/u),
    ]);
    expect(result.response).toContain('1.4 million');
    expect((name === 'city' ? mcp : older).received.join()).toContain(':12345678901234567890');
    await setToolCall(`${name}__broken_gauge`, { city: 'Kyoto' });
    const failed = await ask({ prompt: 'How warm is it in Kyoto?', tools: [name] });
    expect(failed.trace?.[1]).toMatchObject({ error: true, output: 'The gauge is broken.' });
  },
);

test('a tool without readOnlyHint needs approval', async () => {
  const pending = await ask({ message: 'Use city__paint_town for Kyoto', tools: ['city', 'time'] });
  expect(pending.stop_reason).toBe('approval_required');
  expect(mcp.written).toEqual([]);
  const call = pending.trace?.find(({ type }) => type === 'approval_request');
  const done = await ask({
    conversation_id: pending.conversation_id,
    approve_turn_id: pending.turn_id,
    approvals: [{ tool_use_id: call?.id, approved: true }],
    tools: ['city', 'time'],
  });
  expect(mcp.written).toHaveLength(1);
  expect(done.trace?.find(({ type }) => type === 'tool_result')?.output).toContain('is red now');
});

test('an unreachable MCP server is a 503 before any model call', async () => {
  const before = await countPaidCalls(system);
  const answer = await system.api('/chat', post({ prompt: 'Hi', tools: ['away'] }));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ detail: 'The tools of away cannot be reached.' });
  expect(await countPaidCalls(system)).toBe(before);
});

test('without a conversation, a writing tool is not run and the model gets an error', async () => {
  const body = post({ prompt: 'Use add_note: from a task', tools: ['notes'] });
  const submitted = await (await system.api('/tasks', body)).json();
  const { task_id: id } = submitted as { task_id: string };
  const read = async (): Promise<unknown> => (await system.api(`/tasks/${id}`)).json();
  const expected = {
    stop_reason: 'end_turn',
    trace: expect.arrayContaining([
      expect.objectContaining({ type: 'tool_result', error: true, output: needsApproval }),
    ]) as unknown,
  };
  await expect
    .poll(read, { timeout: 20_000, interval: 300 })
    .toMatchObject({ status: 'succeeded', result: expected });
  expect(await ask({ prompt: 'Use add_note: once', tools: ['notes'] })).toMatchObject(expected);
});

const needsApproval =
  'This call needs the approval of a person, which is possible only in a conversation.';

test.each([
  [{ prompt: 'Hi', tools: ['unknown'] }, 'tools: must be one of time, notes, city, town, away'],
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
])('%j is rejected with an error that names the field', async (body, detail) => {
  const answer = await system.api('/chat', post(body));
  expect(answer.status).toBe(400);
  expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
});
