import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { createMemoryTurnLog } from '#test/doubles/memory-turn-log.ts';
import { assistantMessage, messageText, userMessage } from '#domain/conversation/message.ts';
import { findConversation, deleteConversation } from '#domain/turn/recover-turn.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { beginPaced, pacedKey as key, turnsOf } from '#test/fixtures/paced-turn.ts';
import {
  conversation,
  eventsOf,
  generousLimits,
  memoryPorts,
  textOf,
  turnRequest,
  type MemoryPorts,
} from '#test/fixtures/turns.ts';

const follow = (ports: MemoryPorts): Promise<TurnEvent[]> =>
  eventsOf(followTurn(ports, { key, signal: new AbortController().signal }));

test('a second reader gets the whole turn, from its beginning to its end', async () => {
  const { ports, model, reading } = await beginPaced();
  const followed = follow(ports);
  model.say('lo');
  model.end();
  expect(textOf(await reading)).toBe('Hello');
  await ports.clock.advance(500);
  const events = await followed;
  expect(textOf(events)).toBe('Hello');
  expect(events.map(({ type }) => type)).toEqual([
    'turn-start',
    'message-start',
    'text-delta',
    'text-delta',
    'block-stop',
    'message-stop',
    'usage',
    'turn-stop',
  ]);
});

test('a reader who comes after the end gets the whole turn', async () => {
  const ports = memoryPorts(createMemoryModel(saying('Hel', 'lo')));
  await eventsOf(runTurn(ports, turnRequest()));
  const events = await follow(ports);
  expect(textOf(events)).toBe('Hello');
  expect(events.at(-1)).toMatchObject({ type: 'turn-stop', usage: { outputTokens: 2 } });
});

test('a turn can be stopped by another process, and keeps its partial answer', async () => {
  const { ports, reading } = await beginPaced();
  const stopping = stopTurn(ports, conversation);
  await ports.clock.advance(1_000);
  const events = await reading;
  await ports.clock.advance(1_000);
  expect(await stopping).toBe('t1');
  expect(events.slice(-2)).toMatchObject([
    { type: 'message-stop', stopReason: 'stopped' },
    { type: 'turn-stop', stopReason: 'stopped', usage: { isEstimated: true } },
  ]);
  expect(await turnsOf(ports)).toMatchObject([
    { state: 'stopped', answer: assistantMessage('Hel'), usage: { isEstimated: true } },
  ]);
  expect(await stopTurn(ports, conversation)).toBeUndefined();
});

test('a stop request for another turn does not stop the live one', async () => {
  const { ports, model, reading } = await beginPaced();
  expect(await stopTurn(ports, conversation, 't0')).toBeUndefined();
  model.end();
  expect((await reading).at(-1)).toMatchObject({ type: 'turn-stop', stopReason: 'end_turn' });
});

test('a turn whose worker crashed is stored as interrupted, with the answer in its log', async () => {
  const { ports } = await beginPaced();
  const followed = follow(ports);
  await ports.clock.advance(80_000);
  expect(await findConversation(ports, conversation)).not.toHaveProperty('liveTurn');
  expect(await turnsOf(ports)).toMatchObject([
    { state: 'interrupted', answer: assistantMessage('Hel'), question: userMessage('Hi') },
  ]);
  await ports.clock.advance(1_000);
  const events = await followed;
  expect(textOf(events)).toBe('Hel');
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'internal' } });
});

test('a slow worker gets a conflict after its turn was taken over', async () => {
  const { ports, model, reading } = await beginPaced();
  await ports.clock.advance(80_000);
  await findConversation(ports, conversation);
  model.say('lo, but late');
  await ports.clock.advance(1_000);
  expect((await reading).at(-1)).toMatchObject({ type: 'error', error: { code: 'conflict' } });
  expect((await turnsOf(ports)).map(({ answer }) => messageText(answer))).toEqual(['Hel']);
});

test('the next turn can begin after one whose worker crashed', async () => {
  const { ports } = await beginPaced();
  await expect(eventsOf(runTurn(ports, turnRequest({ turnId: 't2' })))).rejects.toMatchObject({
    code: 'conflict',
    liveTurnId: 't1',
  });
  await expect(deleteConversation(ports, conversation)).rejects.toMatchObject({ code: 'conflict' });
  await ports.clock.advance(80_000);
  const model = createMemoryModel(saying('Hello'));
  const next = turnRequest({ turnId: 't3', endsAtMs: 200_000 });
  await eventsOf(runTurn({ ...ports, model }, next));
  expect(model.requests[0]?.messages.map(messageText)).toEqual(['Hi', 'Hel', 'Hi']);
  await deleteConversation(ports, conversation);
  expect(await ports.conversations.find(conversation)).toBeUndefined();
});

test('a repeated request is one turn and one model call, whether live or ended', async () => {
  const idempotency = { key: 'k', fingerprint: 'f' };
  const again = (turnId: string): TurnRequest => turnRequest({ turnId, idempotency });
  const model = createMemoryModel(saying('Hel', 'lo'));
  const ports = memoryPorts(model);
  const [first, second, third] = [
    await eventsOf(runTurn(ports, again('t1'))),
    await eventsOf(runTurn(ports, again('t2'))),
    await eventsOf(runTurn(ports, again('t3'))),
  ];
  expect(model.requests).toHaveLength(1);
  expect([first, second, third].map(textOf)).toEqual(['Hello', 'Hello', 'Hello']);
  expect(third[0]).toEqual({ ...first[0], repeats: 'replayed' });
  const other = { ...again('t4'), idempotency: { key: 'k', fingerprint: 'g' } };
  await expect(eventsOf(runTurn(ports, other))).rejects.toMatchObject({
    code: 'idempotency_mismatch',
  });
});

test('a prompt with an idempotency key is stored for that key only', async () => {
  const conversationId = 'once.1';
  const request = turnRequest({
    conversation: { conversationId, mode: 'either', expiresAtMs: 90_000 },
    idempotency: { key: 'k', fingerprint: 'f' },
  });
  const model = createMemoryModel(saying('Hello'));
  const ports = memoryPorts(model);
  for (const turnId of ['t1', 't2']) {
    const [start, ...rest] = await eventsOf(runTurn(ports, { ...request, turnId }));
    expect(start).toMatchObject({ type: 'turn-start', turnId: 't1', modelId: 'model' });
    expect(start).not.toHaveProperty('conversationId');
    expect(textOf(rest)).toBe('Hello');
  }
  expect(model.requests).toHaveLength(1);
  expect((await ports.conversations.list('ada', { limit: 9 })).items).toEqual([]);
});

test('an answer that timed out can be continued without a gap', async () => {
  const model = createMemoryModel([
    ...saying('One, two, ').slice(0, 2),
    new ChatError('timed_out', 'Time is up.'),
  ]);
  const ports = memoryPorts(model);
  await eventsOf(runTurn(ports, turnRequest()));
  const rest = createMemoryModel(saying(' three', '.'));
  const input = { type: 'continue', turnId: 't1' } as const;
  const events = await eventsOf(
    runTurn({ ...ports, model: rest }, turnRequest({ turnId: 't2', input })),
  );
  expect(textOf(events)).toBe('One, two, three.');
  expect(rest.requests[0]).toMatchObject({
    answerSoFar: 'One, two,',
    messages: [userMessage('Hi')],
  });
  expect(await turnsOf(ports)).toMatchObject([
    { turnId: 't2', state: 'complete', answer: assistantMessage('One, two, three.') },
    { turnId: 't1', state: 'timed_out', answer: assistantMessage('One, two, ') },
  ]);
  const complete = turnRequest({ turnId: 't3', input: { type: 'continue', turnId: 't2' } });
  await expect(eventsOf(runTurn(ports, complete))).rejects.toMatchObject({
    code: 'invalid_request',
  });
});

test('regenerating or editing starts a branch, and the model sees only that branch', async () => {
  const model = createMemoryModel(saying('Hello'));
  const ports = memoryPorts(model);
  const run = async (turnId: string, input: TurnRequest['input']): Promise<readonly string[]> => {
    await eventsOf(runTurn(ports, turnRequest({ turnId, input })));
    return model.requests.at(-1)?.messages.map(messageText) ?? [];
  };
  const ask = (text: string) => ({ type: 'message', question: userMessage(text) }) as const;
  await run('t1', ask('A'));
  await run('t2', ask('B'));
  expect(await run('t3', { type: 'regenerate', turnId: 't2' })).toEqual(['A', 'Hello', 'B']);
  expect(await run('t4', { ...ask('C'), type: 'edit', parentId: 't1' })).toEqual([
    'A',
    'Hello',
    'C',
  ]);
  expect(await run('t5', { ...ask('D'), type: 'edit', parentId: null })).toEqual(['D']);
  expect(await run('t6', ask('E'))).toEqual(['D', 'Hello', 'E']);
  expect(await run('t7', { type: 'regenerate' })).toEqual(['D', 'Hello', 'E']);
  const parents = (await turnsOf(ports)).map(({ turnId, parentId }) => [turnId, parentId]);
  expect(Object.fromEntries(parents)).toEqual({
    t1: undefined,
    t2: 't1',
    t3: 't1',
    t4: 't1',
    t5: undefined,
    t6: 't5',
    t7: 't5',
  });
  const unknown = turnRequest({ turnId: 't8', input: { type: 'regenerate', turnId: 'tx' } });
  await expect(eventsOf(runTurn(ports, unknown))).rejects.toMatchObject({ code: 'not_found' });
});

test('a turn whose worker crashed can be regenerated, and a live turn cannot', async () => {
  const { ports } = await beginPaced();
  const again = turnRequest({ turnId: 't2', input: { type: 'regenerate', turnId: 't1' } });
  await expect(eventsOf(runTurn(ports, again))).rejects.toMatchObject({
    code: 'conflict',
    liveTurnId: 't1',
  });
  await ports.clock.advance(90_000);
  const model = createMemoryModel(saying('Hello'));
  const events = await eventsOf(runTurn({ ...ports, model }, { ...again, endsAtMs: 200_000 }));
  expect(textOf(events)).toBe('Hello');
  expect(await turnsOf(ports)).toMatchObject([{ turnId: 't2' }, { state: 'interrupted' }]);
});

test('the reader gets the end as soon as it is stored', async () => {
  const forever = new Promise<never>(() => undefined);
  const log = createMemoryTurnLog();
  const ledger = createMemoryLedger(generousLimits);
  const ports = memoryPorts(createMemoryModel(saying('Hello')), {
    log: { ...log, append: () => forever, marks: () => forever },
    ledger: { ...ledger, settle: () => forever },
  });
  const { events } = runDetached(runTurn(ports, turnRequest()));
  expect((await eventsOf(events)).at(-1)).toMatchObject({ type: 'turn-stop' });
  expect(await turnsOf(ports)).toMatchObject([{ state: 'complete' }]);
});
