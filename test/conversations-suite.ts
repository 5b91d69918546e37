import { expect, test } from 'vitest';
import { assistantMessage, userMessage } from '#domain/message.ts';
import type { Conversations, TurnBeginning } from '#domain/ports.ts';
import type { LiveTurn, Turn } from '#domain/turn.ts';

/** What every keeper of conversations promises, told once and run against each of them. */
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
    const { live } = await conversations.begin(beginning(key, { turnId: 't1' }));
    await conversations.finish(key, ended(live));
    const second = await conversations.begin(beginning(key, { turnId: 't2', mode: 'existing' }));
    expect(second.live.sequence).toBe(2);
    expect(second.history).toEqual([ended(live)]);
  });

  test('only one of two turns at once begins, and the other is told which one', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.begin(beginning(key, { turnId: 't1' }));
    const second = conversations.begin(beginning(key, { turnId: 't2', mode: 'existing' }));
    await expect(second).rejects.toMatchObject({ code: 'conflict', liveTurnId: 't1' });
  });

  test('of twenty racing turns one begins', async () => {
    const conversations = create();
    const key = fresh();
    const racing = Array.from({ length: 20 }, (_, index) =>
      conversations.begin(beginning(key, { turnId: `t${index}` })),
    );
    const settled = await Promise.allSettled(racing);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a live turn whose lease is over is kept as interrupted', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.begin(beginning(key, { turnId: 't1', leaseUntilMs: 500 }));
    const later = beginning(key, { turnId: 't2', startedAtMs: 600, mode: 'existing' });
    const { live, history } = await conversations.begin(later);
    expect(live.sequence).toBe(2);
    expect(history).toMatchObject([
      { turnId: 't1', state: 'interrupted', question: userMessage('Question t1') },
    ]);
  });

  test('a worker that comes back after its turn was given up is refused', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await conversations.begin(beginning(key, { turnId: 't1', leaseUntilMs: 500 }));
    await conversations.begin(beginning(key, { turnId: 't2', startedAtMs: 600 }));
    await expect(conversations.finish(key, ended(live))).rejects.toMatchObject({
      code: 'conflict',
    });
    const { items } = await conversations.turns(key, { limit: 10 });
    expect(items.map(({ state }) => state)).toEqual(['interrupted']);
  });

  test('an unknown conversation is not found, whatever is wanted of it', async () => {
    const conversations = create();
    const key = fresh();
    const begun = conversations.begin(beginning(key, { turnId: 't1', mode: 'existing' }));
    await expect(begun).rejects.toMatchObject({ code: 'not_found' });
    await expect(conversations.rename(key, 'x')).rejects.toMatchObject({ code: 'not_found' });
    await expect(conversations.remove(key, 0)).rejects.toMatchObject({ code: 'not_found' });
    expect(await conversations.find(key)).toBeUndefined();
  });

  test('an id that is taken cannot be used for a new conversation', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await conversations.begin(beginning(key, { turnId: 't1', mode: 'new' }));
    await conversations.finish(key, ended(live));
    const again = conversations.begin(beginning(key, { turnId: 't2', mode: 'new' }));
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });

  test("nobody reaches another owner's conversation by its id", async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await conversations.begin(beginning(key, { turnId: 't1' }));
    await conversations.finish(key, ended(live));
    const stranger = { ...key, owner: 'somebody else' };
    expect(await conversations.find(stranger)).toBeUndefined();
    expect((await conversations.turns(stranger, { limit: 10 })).items).toEqual([]);
    const begun = conversations.begin(beginning(stranger, { turnId: 't2', mode: 'existing' }));
    await expect(begun).rejects.toMatchObject({ code: 'not_found' });
  });

  test('conversations are listed by their last use, page by page', async () => {
    const conversations = create();
    const { owner } = fresh();
    for (const [index, conversationId] of ['a', 'b', 'c'].entries()) {
      const key = { owner, conversationId };
      const { live } = await conversations.begin(
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

  test('turns are read newest first, page by page', async () => {
    const conversations = create();
    const key = fresh();
    for (const turnId of ['t1', 't2', 't3']) {
      const { live } = await conversations.begin(beginning(key, { turnId }));
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
    const { live } = await conversations.begin(beginning(key, { turnId: 't1' }));
    await expect(conversations.remove(key, 0)).rejects.toMatchObject({ code: 'conflict' });
    await conversations.finish(key, ended(live));
    await conversations.rename(key, 'Rivers');
    expect((await conversations.find(key))?.title).toBe('Rivers');
    await conversations.remove(key, 0);
    expect(await conversations.find(key)).toBeUndefined();
    expect((await conversations.turns(key, { limit: 10 })).items).toEqual([]);
    expect((await conversations.list(key.owner, { limit: 10 })).items).toEqual([]);
  });
}

type Change = { turnId: string; mode?: TurnBeginning['mode'] } & Partial<LiveTurn>;

function beginning(
  key: { owner: string; conversationId: string },
  { turnId, mode = 'either', startedAtMs = 100, leaseUntilMs = 1_000 }: Change,
): TurnBeginning {
  const question = userMessage(`Question ${turnId}`);
  return { ...key, mode, turn: { turnId, question, modelId: 'm', startedAtMs, leaseUntilMs } };
}

function ended({ leaseUntilMs: _, ...live }: LiveTurn): Turn {
  return {
    ...live,
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
  };
}
