import type { BeginResult, Conversations, NewTurn } from '#domain/conversation/conversations.ts';
import { expect, test } from 'vitest';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn, interruptedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';

/** The tests that every implementation of `Conversations` must pass. */
export function describeConversations(create: () => Conversations): void {
  let count = 0;
  const fresh = (): { owner: string; conversationId: string } => {
    count += 1;
    return { owner: `owner ${count}/#`, conversationId: `c${count}` };
  };

  test('a new conversation takes its title from its first message', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.begin(beginning(key, { turnId: 't1', startedAtMs: 100 }));
    expect(await conversations.find(key)).toMatchObject({
      ...key,
      title: 'Question t1',
      createdAtMs: 100,
      liveTurn: { turnId: 't1', sequence: 1, question: userMessage('Question t1') },
    });
  });

  test('a finished turn is history for the next one', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await conversations.finish(key, ended(live));
    const second = await begun(conversations, beginning(key, { turnId: 't2', mode: 'existing' }));
    expect(second.live).toMatchObject({ sequence: 2, parentId: 't1' });
    expect(second.recent?.items).toEqual([ended(live)]);
    expect(await conversations.turn({ ...key, turnId: 't1', sequence: 1 })).toEqual(ended(live));
    expect(await conversations.turn({ ...key, turnId: 't2', sequence: 2 })).toBeUndefined();
    expect(await conversations.turn({ ...key, turnId: 'other', sequence: 1 })).toBeUndefined();
  });

  test('a second concurrent turn is rejected with the live turn', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.begin(beginning(key, { turnId: 't1' }));
    const second = await conversations.begin(beginning(key, { turnId: 't2', mode: 'existing' }));
    expect(second).toMatchObject({ type: 'busy', live: { turnId: 't1', sequence: 1 } });
  });

  test('one of twenty concurrent turns begins', async () => {
    const conversations = create();
    const key = fresh();
    const racing = Array.from({ length: 20 }, (_, index) =>
      conversations.begin(beginning(key, { turnId: `t${index}` })),
    );
    const types = (await Promise.all(racing)).map(({ type }) => type);
    expect(types.filter((type) => type === 'begun')).toHaveLength(1);
    expect(types.filter((type) => type === 'busy')).toHaveLength(19);
  });

  test('the first end of a turn wins, and repeating it changes nothing', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    const emptyAnswer = { role: 'assistant', content: [] } as const;
    await conversations.finish(key, interruptedTurn(live, emptyAnswer, 600, 7));
    await conversations.finish(key, interruptedTurn(live, emptyAnswer, 600, 7));
    await expect(conversations.finish(key, ended(live))).rejects.toMatchObject({
      code: 'conflict',
    });
    const { items } = await conversations.turns(key, { limit: 10 });
    expect(items.map(({ state }) => state)).toEqual(['interrupted']);
  });

  test('a summary is stored with its turn, and ignored for an unknown turn', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await conversations.finish(key, ended(live));
    await conversations.summarize({ ...key, turnId: 't1', sequence: 1 }, 'They met.');
    await conversations.summarize({ ...key, turnId: 't2', sequence: 2 }, 'They parted.');
    const { items } = await conversations.turns(key, { limit: 10 });
    expect(items).toMatchObject([{ turnId: 't1', summary: 'They met.' }]);
  });

  test('a repeated request attaches to the turn it began, live or ended', async () => {
    const conversations = create();
    const key = fresh();
    const idempotency = { key: 'k 1/#', fingerprint: 'f' };
    const again = (turnId: string, fingerprint = 'f'): Promise<BeginResult> =>
      conversations.begin({
        ...beginning(key, { turnId, mode: 'new' }),
        idempotency: { ...idempotency, fingerprint },
      });
    const first = await again('t1');
    const place = { ...key, turnId: 't1', sequence: 1 };
    expect(await again('t2')).toEqual({ type: 'attached', key: place });
    if (first.type === 'begun') await conversations.finish(key, ended(first.live));
    const { live } = await begun(conversations, beginning(key, { turnId: 't3' }));
    await conversations.finish(key, ended(live));
    expect(await again('t4')).toEqual({ type: 'attached', key: place });
    await expect(again('t5', 'other')).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  test('the parent of a turn is the last turn begun, or the one requested', async () => {
    const conversations = create();
    const key = fresh();
    const parents: (string | undefined)[] = [];
    for (const [index, parentId] of [undefined, undefined, 't0', null, undefined].entries()) {
      const { live } = await begun(conversations, {
        ...beginning(key, { turnId: `t${index}` }),
        ...(parentId === undefined ? {} : { parentId }),
      });
      parents.push(live.parentId);
      await conversations.finish(key, ended(live));
    }
    expect(parents).toEqual([undefined, 't0', 't0', undefined, 't3']);
    const { items } = await conversations.turns(key, { limit: 10 });
    expect(items.map(({ parentId }) => parentId)).toEqual(parents.toReversed());
    expect((await conversations.find(key))?.headId).toBe('t4');
  });

  test('an expiring conversation is not listed', async () => {
    const conversations = create();
    const key = fresh();
    const once = beginning(key, { turnId: 't1', expiresAtMs: 5_000 });
    const { live } = await begun(conversations, once);
    expect(live.expiresAtMs).toBe(5_000);
    await conversations.finish(key, ended(live));
    expect((await conversations.list(key.owner, { limit: 10 })).items).toEqual([]);
    expect((await conversations.turns(key, { limit: 1 })).items).toHaveLength(1);
  });

  test('every operation on an unknown conversation reports not_found', async () => {
    const conversations = create();
    const key = fresh();
    const other = conversations.begin(beginning(key, { turnId: 't1', mode: 'existing' }));
    await expect(other).rejects.toMatchObject({ code: 'not_found' });
    await expect(conversations.change(key, { title: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(conversations.remove(key)).rejects.toMatchObject({ code: 'not_found' });
    expect(await conversations.find(key)).toBeUndefined();
  });

  test('a new conversation cannot take an existing id', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1', mode: 'new' }));
    await conversations.finish(key, ended(live));
    const again = conversations.begin(beginning(key, { turnId: 't2', mode: 'new' }));
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });

  test("another owner's conversation is not found by its id", async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await conversations.finish(key, ended(live));
    const stranger = { ...key, owner: 'somebody else' };
    expect(await conversations.find(stranger)).toBeUndefined();
    expect((await conversations.turns(stranger, { limit: 10 })).items).toEqual([]);
    const other = conversations.begin(beginning(stranger, { turnId: 't2', mode: 'existing' }));
    await expect(other).rejects.toMatchObject({ code: 'not_found' });
  });

  test('conversations are listed in pages, most recently used first', async () => {
    const conversations = create();
    const { owner } = fresh();
    for (const [index, conversationId] of ['a', 'b', 'c'].entries()) {
      const key = { owner, conversationId };
      const { live } = await begun(
        conversations,
        beginning(key, { turnId: `t${index}`, startedAtMs: 100 + index }),
      );
      await conversations.finish(key, ended(live));
    }
    const key = { owner, conversationId: 'a' };
    await conversations.begin(beginning(key, { turnId: 't9', startedAtMs: 900 }));
    const first = await conversations.list(owner, { limit: 2 });
    expect(first.items.map(({ conversationId }) => conversationId)).toEqual(['a', 'c']);
    const rest = await conversations.list(owner, { limit: 2, cursor: first.cursor ?? '' });
    expect(rest.items.map(({ conversationId }) => conversationId)).toEqual(['b']);
    expect(rest.cursor).toBeUndefined();
  });

  test('a title is replaced unless it has changed, or a person gave it', async () => {
    const conversations = create();
    const key = fresh();
    const from = 'Question t1';
    const first = await begun(conversations, beginning(key, { turnId: 't1' }));
    expect(first.title).toBe(from);
    await conversations.retitle(key, { from, to: 'Rivers' });
    await conversations.retitle(key, { from, to: 'Lakes' });
    await conversations.finish(key, ended(first.live));
    const second = await begun(conversations, beginning(key, { turnId: 't2' }));
    expect(second.title).toBe('Rivers');
    await conversations.change(key, { title: 'Seas' });
    await conversations.retitle(key, { from: 'Seas', to: 'Oceans' });
    expect((await conversations.find(key))?.title).toBe('Seas');
    await conversations.retitle(fresh(), { from, to: 'Ponds' });
    expect((await conversations.list(key.owner, { limit: 10 })).items).toHaveLength(1);
  });

  test('turns are read in pages, newest first', async () => {
    const conversations = create();
    const key = fresh();
    for (const turnId of ['t1', 't2', 't3']) {
      const { live } = await begun(conversations, beginning(key, { turnId }));
      await conversations.finish(key, ended(live));
    }
    const first = await conversations.turns(key, { limit: 2 });
    expect(first.items.map(({ turnId }) => turnId)).toEqual(['t3', 't2']);
    const rest = await conversations.turns(key, { limit: 2, cursor: first.cursor ?? '' });
    expect(rest.items.map(({ turnId }) => turnId)).toEqual(['t1']);
  });

  test('a conversation is renamed, and removed with all its turns', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await expect(conversations.remove(key)).rejects.toMatchObject({ code: 'conflict' });
    await conversations.finish(key, ended(live));
    await conversations.change(key, { title: 'Rivers' });
    expect((await conversations.find(key))?.title).toBe('Rivers');
    await conversations.remove(key);
    expect(await conversations.find(key)).toBeUndefined();
    expect((await conversations.turns(key, { limit: 10 })).items).toEqual([]);
    expect((await conversations.list(key.owner, { limit: 10 })).items).toEqual([]);
  });
}

type Change = { turnId: string; mode?: NewTurn['mode'] } & Partial<NewTurn['turn']>;

/** Returns the beginning of a turn. */
export function beginning(
  key: { owner: string; conversationId: string },
  { mode = 'either', ...change }: Change,
): NewTurn {
  const question = userMessage(`Question ${change.turnId}`);
  const turn = { question, modelId: 'm', startedAtMs: 100, leaseUntilMs: 1_000, ...change };
  return { ...key, mode, turn };
}

/** Begins a turn that nothing prevents. */
export async function begun(
  conversations: Conversations,
  request: NewTurn,
): Promise<Extract<BeginResult, { type: 'begun' }>> {
  const result = await conversations.begin(request);
  if (result.type !== 'begun') throw new Error(`The turn is ${result.type}`);
  return result;
}

/** Returns a live turn with a short answer. */
export function ended(live: LiveTurn): Turn {
  return endedTurn(live, {
    state: 'complete',
    answer: assistantMessage('回答 👋'),
    finishedAtMs: 200,
    stopReason: 'end_turn',
    usage: {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
    },
  });
}
