import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { userMessage, type ContentBlock } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { localTools } from '#domain/model/tools.ts';
import { appendJoined, takeEntry, type LogEvent } from '#domain/conversation/turn-log.ts';
import { toModelMessages, toMessages, type Turn } from '#domain/conversation/turn.ts';
import { withTools } from '#domain/model/with-tools.ts';
import { conversation, eventsOf, memoryPorts, turnRequest, usage } from '#test/fixtures/turns.ts';

const aCall: readonly StreamEvent[] = [
  { type: 'message-start' },
  { type: 'block-start', index: 0, toolUseId: '1', name: 'clock' },
  { type: 'tool-input-delta', index: 0, json: '{}' },
  { type: 'block-stop', index: 0 },
  { type: 'message-stop', stopReason: 'tool_use' },
  { type: 'usage', usage },
];

const clock = {
  name: 'clock',
  inputSchema: { type: 'object' },
  writes: false,
  timeoutMs: 1_000,
  maxCalls: 3,
  run: async () => 'noon',
};
const toolbox = { open: async () => localTools([clock]) };
const toolUse = { sets: ['time'], canAsk: true };

test('a follower of a live turn gets the whole call before its result', async () => {
  const paused = Promise.withResolvers<void>();
  let step = 0;
  const model: Model = {
    async *stream() {
      step += 1;
      if (step === 1) yield* aCall;
      else await paused.promise;
    },
  };
  const ports = memoryPorts(withTools(model, toolbox));
  const running = eventsOf(runTurn(ports, turnRequest({ extensions: { toolUse } })));
  const key = { ...conversation, turnId: 't1', sequence: 1 };
  const logged = async (): Promise<number> => {
    await ports.clock.advance(1_000);
    return (await ports.log.read(key, 0)).flatMap(({ events }) => events).length;
  };
  await expect.poll(logged).toBeGreaterThan(2);
  const types: string[] = [];
  const { signal } = new AbortController();
  for await (const event of followTurn(ports, { key, signal })) {
    types.push(event.type);
    if (event.type === 'block') break;
  }
  expect(types.slice(-4)).toEqual(['block-start', 'tool-input-delta', 'block-stop', 'block']);
  paused.resolve();
  await running;
});

test('a turn cut off in a later step counts the reported usage plus the maximum of that step', async () => {
  let step = 0;
  const model: Model = {
    async *stream() {
      step += 1;
      yield* step > 1 ? [{ type: 'message-start' } as const] : aCall;
      if (step > 1) throw new ChatError('model_error', 'Broke off');
    },
  };
  const ports = memoryPorts(withTools(model, toolbox));
  const options = { inference: { maxTokens: 100 } };
  await eventsOf(runTurn(ports, turnRequest({ extensions: { toolUse }, options })));
  const { items } = await ports.conversations.turns(conversation, { limit: 1 });
  const [turn] = items;
  expect(turn).toMatchObject({ state: 'failed', usage: { outputTokens: 105, isEstimated: true } });
  const [day] = await ports.ledger.days('ada', 1);
  expect(day?.tokens).toBe(turn?.usage?.totalTokens);
});

test('a step that its model rejected costs nothing in addition to the reported usage', async () => {
  let step = 0;
  const model: Model = {
    async *stream() {
      step += 1;
      if (step > 1) throw new ChatError('throttled', 'Busy');
      yield* aCall;
    },
  };
  const ports = memoryPorts(withTools(model, toolbox));
  await eventsOf(runTurn(ports, turnRequest({ extensions: { toolUse } })));
  const { items } = await ports.conversations.turns(conversation, { limit: 1 });
  expect(items[0]).toMatchObject({ state: 'failed', usage });
});

const turnWith = (...content: readonly ContentBlock[]): Turn => ({
  turnId: 't1',
  sequence: 1,
  state: 'stopped',
  question: userMessage('Hi'),
  answer: { role: 'assistant', content },
  modelId: 'model',
  startedAtMs: 1,
  finishedAtMs: 2,
});
const call = { type: 'tool-use', toolUseId: '1', name: 'clock', inputJson: '{}' } as const;
const result = { type: 'tool-result', toolUseId: '1', text: 'noon' } as const;
const textBlock = (text: string) => ({ type: 'text', text }) as const;

const shapeOf = (...content: readonly ContentBlock[]): string =>
  toMessages([turnWith(...content)], { hasTools: true })
    .map(({ role, content: blocks }) => `${role[0]}:${blocks.map(({ type }) => type).join('+')}`)
    .join(' ');

test('the model is shown alternating roles and no blank messages', () => {
  expect(shapeOf(textBlock('Wait.'), call, result, textBlock('Noon.'))).toBe(
    'u:text a:text+tool-use u:tool-result a:text',
  );
  expect(shapeOf(textBlock('Wait.'), call, result)).toBe('u:text a:text');
  expect(shapeOf(textBlock('Wait.'), call, result, textBlock('\n'))).toBe('u:text a:text');
  expect(shapeOf(textBlock('Wait.'), call, result, { type: 'reasoning', text: 'Hm' })).toBe(
    'u:text a:text',
  );
  expect(shapeOf(textBlock('Wait.'), call)).toBe('u:text a:text');
  expect(shapeOf(call, result)).toBe('');
  expect(toModelMessages({ role: 'assistant', content: [call, result] })).toHaveLength(2);
});

test('whole blocks count with their full size in a log', () => {
  const events: LogEvent[] = [];
  const large = (index: number): LogEvent => ({
    type: 'block',
    index,
    block: { ...result, text: 'x'.repeat(40_000) },
  });
  for (const index of [1, 2, 3]) appendJoined(events, large(index));
  const entries: (readonly LogEvent[])[] = [];
  while (events.length > 0) entries.push(takeEntry(events));
  expect(entries.map((entry) => entry.length)).toEqual([1, 1, 1]);
});
