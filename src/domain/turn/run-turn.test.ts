import type { Conversations } from '#domain/conversation/conversations.ts';
import { expect, test } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { ChatError } from '#domain/errors.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { assistantMessage, messageText, userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { conversation, eventsOf, memoryPorts, turnRequest } from '#test/fixtures/turns.ts';

async function turnsOf(conversations: Conversations): Promise<readonly Turn[]> {
  return (await conversations.turns(conversation, { limit: 10 })).items;
}

test("a turn emits its beginning, the model's events and its end", async () => {
  const events = await eventsOf(
    runTurn(memoryPorts(createMemoryModel(saying('Hel', 'lo'))), turnRequest()),
  );
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

test('the question is stored before the model is called', async () => {
  const conversations = createMemoryConversations();
  let seen: string | undefined;
  const model: Model = {
    async *stream() {
      const live = (await conversations.find(conversation))?.liveTurn;
      seen = live === undefined ? undefined : messageText(live.question);
      yield* saying('Hello');
    },
  };
  await eventsOf(runTurn(memoryPorts(model, { conversations }), turnRequest()));
  expect(seen).toBe('Hi');
});

test('the end is emitted only after the turn is stored', async () => {
  const conversations = createMemoryConversations();
  for await (const event of runTurn(
    memoryPorts(createMemoryModel(saying('Hello')), { conversations }),
    turnRequest(),
  )) {
    const states = (await turnsOf(conversations)).map(({ state }) => state);
    expect(states).toEqual(event.type === 'turn-stop' ? ['complete'] : []);
  }
});

test('the model is shown the earlier turns', async () => {
  const conversations = createMemoryConversations();
  const model = createMemoryModel(saying('Hello'));
  await eventsOf(runTurn(memoryPorts(model, { conversations }), turnRequest()));
  const again = turnRequest({
    turnId: 't2',
    input: { type: 'message', question: userMessage('And?') },
  });
  await eventsOf(runTurn(memoryPorts(model, { conversations }), again));
  expect(model.requests[1]?.messages).toEqual([
    userMessage('Hi'),
    assistantMessage('Hello'),
    userMessage('And?'),
  ]);
});

test('a failing model causes an error event, and the partial answer is stored', async () => {
  const conversations = createMemoryConversations();
  const fault = new ChatError('throttled', 'Busy.');
  const model = createMemoryModel([...saying('Hel', 'lo').slice(0, 2), fault]);
  const events = await eventsOf(runTurn(memoryPorts(model, { conversations }), turnRequest()));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { message: fault.message } });
  expect(await turnsOf(conversations)).toMatchObject([
    { state: 'failed', errorCode: 'throttled', answer: assistantMessage('Hel') },
  ]);
});

test('an answer without a stop reason was cut short', async () => {
  const model = createMemoryModel([{ type: 'text-delta', index: 0, text: 'Hel' }]);
  const events = await eventsOf(runTurn(memoryPorts(model), turnRequest()));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_error' } });
});

test('a turn that reaches its deadline ends as timed out', async () => {
  const conversations = createMemoryConversations();
  const timeUp = AbortSignal.abort(new ChatError('timed_out', 'Time is up.'));
  const model = createMemoryModel(saying('Hello'));
  await eventsOf(runTurn(memoryPorts(model, { conversations }), turnRequest({ signal: timeUp })));
  expect(await turnsOf(conversations)).toMatchObject([{ state: 'timed_out' }]);
});

test('a turn whose reader leaves is stored as interrupted with its partial answer', async () => {
  const conversations = createMemoryConversations();
  const model = createMemoryModel(saying('Hel', 'lo'));
  for await (const event of runTurn(memoryPorts(model, { conversations }), turnRequest())) {
    if (event.type === 'text-delta') break;
  }
  expect(await turnsOf(conversations)).toMatchObject([
    { state: 'interrupted', answer: assistantMessage('Hel') },
  ]);
});

test('an end that cannot be stored is an error for the reader, not a success', async () => {
  const conversations: Conversations = {
    ...createMemoryConversations(),
    finish: () => Promise.reject(new Error('the table is away')),
  };
  const model = createMemoryModel(saying('Hello'));
  const ports = { ...memoryPorts(model, { conversations }), clock: createVirtualClock(1_000) };
  const events = await eventsOf(runTurn(ports, turnRequest()));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'internal' } });
});

test('a one-shot prompt is not stored', async () => {
  const conversations = createMemoryConversations();
  const { conversation: _, ...oneShot } = turnRequest();
  const events = await eventsOf(
    runTurn(memoryPorts(createMemoryModel(saying('Hello')), { conversations }), oneShot),
  );
  expect(events.at(-1)?.type).toBe('turn-stop');
  expect((await conversations.list('ada', { limit: 10 })).items).toEqual([]);
});

test('the model is not shown turns without text', async () => {
  const conversations = createMemoryConversations();
  const unavailable = createMemoryModel([new ChatError('model_unavailable', 'Away.')]);
  await eventsOf(runTurn(memoryPorts(unavailable, { conversations }), turnRequest()));
  const model = createMemoryModel(saying('Hello'));
  await eventsOf(runTurn(memoryPorts(model, { conversations }), turnRequest({ turnId: 't2' })));
  expect(model.requests[0]?.messages).toEqual([userMessage('Hi')]);
});
