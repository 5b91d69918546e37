import { expect, test } from 'vitest';
import type { ChatRequest } from '#domain/chat/chat-request.ts';
import { planTurn } from '#domain/chat/plan-turn.ts';
import type { Conversations } from '#domain/conversation/conversations.ts';
import type { StreamEvent, TurnEvent } from '#domain/conversation/stream-event.ts';
import { ChatError } from '#domain/errors.ts';
import { leaseGraceMs } from '#domain/turn/abandoned.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { ids } from '#api/http/ids.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { chatPolicy } from '#test/fixtures/chat-policy.ts';
import { eventsOf, memoryPorts, textOf, type MemoryPorts } from '#test/fixtures/turns.ts';

/* Prompts with a cache and an Idempotency-Key, from the chat request to the events. */

const hello = (): ReturnType<typeof createMemoryModel> => createMemoryModel(saying('Hello'));

const cutOff: readonly StreamEvent[] = [
  ...saying('Hel').filter(({ type }) => type !== 'message-stop'),
  { type: 'message-stop', stopReason: 'max_tokens' },
];

const prompt: ChatRequest = {
  question: { type: 'message', text: 'Hi' },
  inference: {},
  cacheMs: 10_000,
};

const { cacheMs: _, ...uncached } = prompt;

/** Other requests that might be sent with the key of `prompt`. */
const others: readonly (readonly [name: string, request: ChatRequest])[] = [
  ['another prompt', { ...prompt, question: { type: 'message', text: 'Bye' } }],
  ['another cache setting', { ...prompt, cacheMs: 20_000 }],
  ['no cache', uncached],
  ['another prompt without a cache', { ...uncached, question: { type: 'message', text: 'Bye' } }],
];

function plan(
  ports: MemoryPorts,
  request: ChatRequest,
  idempotencyKey?: string,
  owner = 'ada',
): TurnRequest {
  const { signal } = new AbortController();
  const endsAtMs = ports.clock.now() + 60_000;
  const context = { owner, isAnonymous: false, signal, endsAtMs, idempotencyKey };
  return planTurn({ ...ports, ids }, chatPolicy, request, context);
}

const ask = (
  ports: MemoryPorts,
  request: ChatRequest,
  key?: string,
  owner?: string,
): Promise<TurnEvent[]> => eventsOf(runTurn(ports, plan(ports, request, key, owner)));

/** Moves the clock until the work has ended. */
async function advanceUntilSettled<Result>(
  { clock }: MemoryPorts,
  work: Promise<Result>,
): Promise<Result> {
  const progress = { isDone: false };
  void work.catch(() => undefined).finally(() => (progress.isDone = true));
  while (!progress.isDone) await clock.advance(500);
  return work;
}

test.each([
  ['too old', saying('Hello')],
  ['incomplete', cutOff],
])(
  'a repeated request with a key gets its own answer, although it is %s',
  async (_name, events) => {
    const model = createMemoryModel(events);
    const ports = memoryPorts(model);
    const first = await ask(ports, prompt, 'k1');
    await ports.clock.advance(10_000);
    for (const key of ['k1', 'k1']) {
      const again = await ask(ports, prompt, key);
      expect(again[0]).toEqual({ ...first[0], repeats: 'replayed' });
      expect(textOf(again)).toBe(textOf(first));
      expect(again.at(-1)).toEqual(first.at(-1));
    }
    expect(model.requests).toHaveLength(1);
    // Neither another key nor a request without one returns an answer that the cache does not.
    expect((await ask(ports, prompt, 'k2'))[0]).not.toHaveProperty('repeats');
    await ports.clock.advance(10_000);
    expect((await ask(ports, prompt))[0]).not.toHaveProperty('repeats');
    expect((await ask(ports, prompt, 'k1'))[0]).toEqual({ ...first[0], repeats: 'replayed' });
    expect(model.requests).toHaveLength(3);
  },
);

test('a key that got a cached answer gets it again, at no cost and at any age', async () => {
  const model = hello();
  const ports = memoryPorts(model);
  const [start] = await ask(ports, prompt);
  for (const ageMs of [9_999, 1, 80_000_000]) {
    await ports.clock.advance(ageMs);
    const events = await ask(ports, prompt, 'k1');
    expect(events[0]).toEqual({ ...start, repeats: 'cached' });
    expect(events.at(-1)).toMatchObject({ type: 'turn-stop', cost: { nanoUsd: 0 } });
  }
  expect(model.requests).toHaveLength(1);
});

test.each(others)('the key of a cached prompt is refused with %s', async (_name, other) => {
  for (const [first, second] of [
    [prompt, other],
    [other, prompt],
  ] as const) {
    const model = hello();
    const ports = memoryPorts(model);
    await ask(ports, first, 'k1');
    await ports.clock.advance(10_000);
    await expect(ask(ports, second, 'k1')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(textOf(await ask(ports, first, 'k1'))).toBe('Hello');
    expect(model.requests).toHaveLength(1);
  }
});

test('each owner has keys of its own', async () => {
  const model = hello();
  const ports = memoryPorts(model);
  for (const owner of ['ada', 'bob', 'ada', 'bob']) await ask(ports, prompt, 'k1', owner);
  expect(model.requests).toHaveLength(2);
});

test('a request that no model began to answer runs again when it is repeated', async () => {
  const busy = createMemoryModel([new ChatError('throttled', 'Too many requests.')]);
  const model = hello();
  const ports = memoryPorts(busy);
  expect((await ask(ports, prompt, 'k1')).at(-1)).toMatchObject({ type: 'error' });
  const second = await ask({ ...ports, model }, prompt, 'k1');
  expect(second[0]).not.toHaveProperty('repeats');
  await ports.clock.advance(10_000);
  const third = await ask({ ...ports, model }, prompt, 'k1');
  expect(third[0]).toEqual({ ...second[0], repeats: 'replayed' });
  expect(model.requests).toHaveLength(1);
});

test('concurrent requests with one key are one turn, and one of them has its cost', async () => {
  const model = hello();
  const ports = memoryPorts(model);
  const asking = Array.from({ length: 5 }, () => ask(ports, prompt, 'k1'));
  const answers = await advanceUntilSettled(ports, Promise.all(asking));
  expect(new Set(answers.map(textOf))).toEqual(new Set(['Hello']));
  expect(answers.filter(([start]) => start?.type === 'turn-start' && !start.repeats)).toHaveLength(
    1,
  );
  expect(model.requests).toHaveLength(1);
  await ports.clock.advance(10_000);
  // What the request paid for is not a cached answer, whichever of them bound the key first.
  expect((await ask(ports, prompt, 'k1'))[0]).toMatchObject({ repeats: 'replayed' });
});

/** Conversations whose first call of a method waits, before or after its effect. */
function pausing(
  name: 'begin' | 'bindKey',
  when: 'before' | 'after',
): {
  readonly conversations: Conversations;
  readonly reached: Promise<void>;
  resume(): void;
} {
  const [reached, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isFirst = true;
  const conversations = new Proxy(createMemoryConversations(), {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (property !== name || typeof method !== 'function' || !isFirst) return method;
      return async (...values: unknown[]): Promise<unknown> => {
        isFirst = false;
        const call = async (): Promise<unknown> => Reflect.apply(method, target, values);
        const result = when === 'after' ? await call() : undefined;
        reached.resolve();
        await resumed.promise;
        return when === 'after' ? result : call();
      };
    },
  });
  return { conversations, reached: reached.promise, resume: () => resumed.resolve() };
}

test('a request that begins only after its repetition has ended is not paid for, too', async () => {
  const model = createMemoryModel(cutOff);
  const { conversations, reached, resume } = pausing('begin', 'before');
  const ports = memoryPorts(model, { conversations });
  const slow = ask(ports, prompt, 'k1');
  await reached;
  const fast = await ask(ports, prompt, 'k1');
  resume();
  expect((await slow)[0]).toEqual({ ...fast[0], repeats: 'replayed' });
  expect(model.requests).toHaveLength(1);
  // The turn that it began is not live, and has not cost anything.
  const { conversation } = plan(ports, prompt);
  const key = { owner: 'ada', conversationId: conversation?.conversationId ?? '' };
  expect(await conversations.find(key)).not.toHaveProperty('liveTurn');
  expect((await conversations.turns(key, { limit: 9 })).items).toMatchObject([
    { isUnanswered: true },
    { stopReason: 'max_tokens' },
  ]);
  expect((await ask(ports, prompt, 'k1'))[0]).toEqual({ ...fast[0], repeats: 'replayed' });
});

test.each([
  ['begin', 'before'],
  ['begin', 'after'],
  ['bindKey', 'before'],
  ['bindKey', 'after'],
] as const)('a crash at %s (%s) leaves a key that works', async (name, when) => {
  const model = hello();
  const { conversations, reached } = pausing(name, when);
  const ports = memoryPorts(model, { conversations });
  void ask(ports, prompt, 'k1');
  await reached;
  await ports.clock.advance(61_000 + leaseGraceMs);
  const again = await advanceUntilSettled(ports, ask(ports, prompt, 'k1'));
  expect(textOf(again)).toBe('Hello');
  await ports.clock.advance(10_000);
  expect((await ask(ports, prompt, 'k1'))[0]).toEqual({ ...again[0], repeats: 'replayed' });
  expect(model.requests).toHaveLength(1);
});

test('a worker that was only slow does not pay for what its repetition has paid for', async () => {
  const model = hello();
  const { conversations, reached, resume } = pausing('begin', 'after');
  const ports = memoryPorts(model, { conversations });
  const slow = ask(ports, prompt, 'k1');
  await reached;
  await ports.clock.advance(61_000 + leaseGraceMs);
  const fast = await advanceUntilSettled(ports, ask(ports, prompt, 'k1'));
  resume();
  expect((await slow)[0]).toEqual({ ...fast[0], repeats: 'replayed' });
  expect(model.requests).toHaveLength(1);
});

test('a cached answer is stored as long as any key may need it', async () => {
  const ports = memoryPorts(hello());
  const shortest = plan(ports, { ...prompt, cacheMs: 1_000 });
  // The turn may end as late as its process.
  await ports.clock.advance(60_000 + 86_400_000 - 1);
  const longest = plan(ports, { ...prompt, cacheMs: 86_400_000 }, 'k1');
  expect(longest.conversation?.conversationId).toBe(shortest.conversation?.conversationId);
  expect(shortest.conversation?.expiresAtMs).toBeGreaterThanOrEqual(
    longest.boundKey?.expiresAtMs ?? Infinity,
  );
});
