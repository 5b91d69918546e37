import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { createMemoryConversations } from '#domain/memory-conversations.ts';
import { messageText } from '#domain/message.ts';
import type { Model, ModelRequest } from '#domain/ports.ts';
import { runTurn } from '#domain/run-turn.ts';
import type { StreamEvent, TurnEvent } from '#domain/stream-event.ts';
import { freeTools, type OwnTool, type Toolbox } from '#domain/tools.ts';
import type { Turn } from '#domain/turn.ts';
import { withTools } from '#domain/with-tools.ts';
import {
  conversation,
  eventsOf,
  memoryPorts,
  textOf,
  turnRequest,
  usage,
} from '../../test/fixtures/turns.ts';

const call = (id: string, name: string, json = '{}'): readonly StreamEvent[] => [
  { type: 'block-start', index: 1, toolUseId: id, name },
  { type: 'tool-input-delta', index: 1, json },
  { type: 'block-stop', index: 1 },
];

const calling = (...calls: readonly (readonly StreamEvent[])[]): readonly StreamEvent[] => [
  { type: 'message-start' },
  ...calls.flatMap((events, index) =>
    events.map((event) => ('index' in event ? { ...event, index } : event)),
  ),
  { type: 'message-stop', stopReason: 'tool_use' },
  { type: 'usage', usage },
];

const answering = (text: string): readonly StreamEvent[] => [
  { type: 'message-start' },
  { type: 'text-delta', index: 0, text },
  { type: 'block-stop', index: 0 },
  { type: 'message-stop', stopReason: 'end_turn' },
  { type: 'usage', usage },
];

interface Scripted extends Model {
  readonly requests: ModelRequest[];
}

/** A model that says one thing after the other, each time it is asked. */
function scripted(...answers: readonly (readonly StreamEvent[])[]): Scripted {
  const requests: ModelRequest[] = [];
  return {
    requests,
    async *stream(request) {
      requests.push(request);
      yield* answers[requests.length - 1] ?? answering('No more');
    },
  };
}

function tool(name: string, change: Partial<OwnTool> = {}): OwnTool {
  return {
    name,
    inputSchema: { type: 'object' },
    writes: false,
    timeoutMs: 1_000,
    mostCalls: 3,
    run: async () => `${name} says hello`,
    ...change,
  };
}

const boxOf = (...tools: OwnTool[]): Toolbox => ({ open: async () => freeTools(tools) });

const toolUse = { owner: 'ada', sets: ['set'], canAsk: true };

async function ask(
  model: Model,
  toolbox: Toolbox,
  change: Partial<Parameters<typeof turnRequest>[0]> = {},
  conversations = createMemoryConversations(),
): Promise<{ readonly events: readonly TurnEvent[]; readonly turn: Turn | undefined }> {
  const ports = memoryPorts(withTools(model, toolbox), { conversations });
  const events = await eventsOf(runTurn(ports, turnRequest({ toolUse, ...change })));
  const { items } = await conversations.turns(conversation, { limit: 1 });
  return { events, turn: items[0] };
}

const resultsIn = (turn: Turn | undefined): readonly string[] =>
  (turn?.answer.content ?? []).flatMap((block) =>
    block.type === 'tool-result' ? [block.text] : [],
  );

test('a call is made, its result shown to the model, and all of it is one answer', async () => {
  const model = scripted(calling(call('1', 'clock')), answering('It is noon.'));
  const { events, turn } = await ask(model, boxOf(tool('clock')));
  expect(textOf(events)).toBe('It is noon.');
  expect(turn).toMatchObject({ state: 'complete', stopReason: 'end_turn' });
  expect(turn?.answer.content.map(({ type }) => type)).toEqual(['tool-use', 'tool-result', 'text']);
  expect(turn?.usage).toEqual({ ...usage, inputTokens: 20, outputTokens: 10, totalTokens: 30 });
  expect(model.requests[1]?.messages.at(-1)).toEqual({
    role: 'user',
    content: [{ type: 'tool-result', toolUseId: '1', text: 'clock says hello' }],
  });
});

test('the next turn is shown the exchange, or without tools the words alone', async () => {
  const conversations = createMemoryConversations();
  const toolbox = boxOf(tool('clock'));
  const first = scripted(calling(call('1', 'clock')), answering('It is noon.'));
  await ask(first, toolbox, {}, conversations);
  const rolesAfter = async (
    change: Partial<Parameters<typeof turnRequest>[0]>,
  ): Promise<string> => {
    const model = scripted(answering('Yes.'));
    await ask(model, toolbox, change, conversations);
    return (model.requests[0]?.messages ?? []).map(({ role }) => role[0]).join('');
  };
  expect(await rolesAfter({ turnId: 't2' })).toBe('uauau');
  const plain = scripted(answering('Yes.'));
  const ports = memoryPorts(withTools(plain, toolbox), { conversations });
  await eventsOf(runTurn(ports, turnRequest({ turnId: 't3' })));
  const kinds = plain.requests[0]?.messages.flatMap(({ content }) =>
    content.map(({ type }) => type),
  );
  expect(new Set(kinds)).toEqual(new Set(['text']));
});

test('a tool that fails, takes too long or is not there is a result that says so', async () => {
  const toolbox = boxOf(
    tool('broken', { run: () => Promise.reject(new Error('secret: stack')) }),
    tool('refusing', {
      run: () => Promise.reject(new ChatError('invalid_request', 'x: must be 1')),
    }),
    tool('slow', { timeoutMs: 20, run: () => new Promise(() => undefined) }),
  );
  const calls = [
    call('1', 'broken'),
    call('2', 'refusing'),
    call('3', 'slow'),
    call('4', 'nobody'),
    call('5', 'broken'),
  ];
  const { turn } = await ask(scripted(calling(...calls), answering('Sorry.')), toolbox);
  expect(resultsIn(turn)).toEqual([
    'The tool failed.',
    'x: must be 1',
    'slow took longer than 20 ms.',
    'There is no tool nobody.',
    'At most 4 calls at once.',
  ]);
});

test('input that is no JSON never reaches a tool, and results have a limit', async () => {
  const inputs: unknown[] = [];
  const long = tool('long', {
    run: async (input) => {
      inputs.push(input);
      return 'x'.repeat(20_000);
    },
  });
  const calls = [call('1', 'long', '{"a":'), call('2', 'long', '')];
  const { turn } = await ask(scripted(calling(...calls), answering('Done.')), boxOf(long));
  const [broken, shortened = ''] = resultsIn(turn);
  expect(broken).toBe('The input is not valid JSON.');
  expect(inputs).toEqual([{}]);
  expect(shortened.length).toBeLessThan(16_100);
});

test('a tool is called so often in a turn, and a model asked so often', async () => {
  let calls = 0;
  const counted = tool('counted', {
    mostCalls: 2,
    run: async () => {
      calls += 1;
      return 'again';
    },
  });
  const forever = Array.from({ length: 9 }, (_, at) => calling(call(String(at), 'counted')));
  const model = scripted(...forever);
  const { turn } = await ask(model, boxOf(counted));
  expect(calls).toBe(2);
  expect(model.requests).toHaveLength(5);
  expect(turn).toMatchObject({ state: 'failed', errorCode: 'model_error' });
  expect(resultsIn(turn).at(-1)).toContain('may be called 2 times');
});

const writer = (written: unknown[]): OwnTool =>
  tool('write', {
    writes: true,
    run: async (input) => {
      written.push(input);
      return 'Written.';
    },
  });

test('a tool that writes waits for a person, and what only reads does not', async () => {
  const written: unknown[] = [];
  const model = scripted(calling(call('1', 'write', '{"x":1}'), call('2', 'clock')));
  const { events, turn } = await ask(model, boxOf(writer(written), tool('clock')));
  expect(written).toEqual([]);
  expect(turn).toMatchObject({ state: 'complete', stopReason: 'approval_required' });
  expect(resultsIn(turn)).toEqual(['clock says hello']);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'block', block: { type: 'approval', toolUseId: '1' } }),
  );
});

const approve = (isApproved: boolean, toolUseId = '1', turnId = 't1') => ({
  turnId: `t-${isApproved}`,
  asked: { type: 'approve', turnId, decisions: [{ toolUseId, isApproved }] } as const,
  idempotency: { key: 'approve.1', fingerprint: String(isApproved) },
});

test('what was allowed is done once, and the answer goes on', async () => {
  const written: unknown[] = [];
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer(written));
  await ask(scripted(calling(call('1', 'write', '{"x":1}'))), toolbox, {}, conversations);
  const model = scripted(answering('It is written.'));
  const first = await ask(model, toolbox, approve(true), conversations);
  expect(written).toEqual([{ x: 1 }]);
  expect(first.turn?.answer.content.map(({ type }) => type)).toEqual([
    'tool-use',
    'tool-result',
    'text',
  ]);
  expect(messageText(first.turn?.question ?? { role: 'user', content: [] })).toBe('Hi');
  const again = await ask(model, toolbox, { ...approve(true), turnId: 't-x' }, conversations);
  expect(textOf(again.events)).toBe('It is written.');
  expect(written).toHaveLength(1);
  expect(model.requests).toHaveLength(1);
});

test('what was not allowed is not done, and the model is told', async () => {
  const written: unknown[] = [];
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer(written));
  await ask(scripted(calling(call('1', 'write'))), toolbox, {}, conversations);
  const { turn } = await ask(
    scripted(answering('As you like.')),
    toolbox,
    approve(false),
    conversations,
  );
  expect(written).toEqual([]);
  expect(resultsIn(turn)).toEqual(['The user did not allow this call.']);
});

test('nothing is allowed that does not wait, and everything that waits is decided', async () => {
  const conversations = createMemoryConversations();
  const toolbox = boxOf(writer([]));
  await ask(scripted(calling(call('1', 'write'))), toolbox, {}, conversations);
  const other = ask(scripted(), toolbox, approve(true, '2'), conversations);
  await expect(other).rejects.toThrow('approvals: must decide on 1');
  await ask(scripted(answering('Done.')), toolbox, approve(true), conversations);
  const late = { ...approve(true, '1', 't-true'), idempotency: { key: 'other', fingerprint: 'x' } };
  await expect(ask(scripted(), toolbox, late, conversations)).rejects.toThrow('nothing waits');
});

test('tools that cannot be had are an error before anything is said', async () => {
  const toolbox: Toolbox = {
    open: () => Promise.reject(new ChatError('model_unavailable', 'Out of reach.')),
  };
  const model = scripted(answering('Hello'));
  const { events } = await ask(model, toolbox);
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_unavailable' } });
  expect(model.requests).toEqual([]);
});
