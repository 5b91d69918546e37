import { expect, test } from 'vitest';
import { userMessage } from '#domain/conversation/message.ts';
import type {
  BeginResult,
  Binding,
  BoundKey,
  Conversations,
} from '#domain/conversation/conversations.ts';

/** The tests of bound keys that every implementation of `Conversations` must pass. */
export function describeBoundKeys(create: () => Conversations): void {
  let count = 0;
  const fresh = (): BoundKey => {
    count += 1;
    const place = { owner: `owner of key ${count}/#`, conversationId: `once.${count}` };
    return { ...place, key: 'k 1/#', fingerprint: 'f', createdAtMs: 100, expiresAtMs: 5_000 };
  };

  test('a key is bound to its first turn until that turn is replaced', async () => {
    const conversations = create();
    const key = fresh();
    expect(await conversations.openKey(key)).toBeUndefined();
    expect(await conversations.openKey(key)).toBeUndefined();
    const [first, second] = [bindingOf(key, 't1'), bindingOf(key, 't2')];
    expect(await conversations.bindKey(key, first)).toEqual(first);
    expect(await conversations.openKey(key)).toEqual(first);
    expect(await conversations.bindKey(key, second)).toEqual(first);
    expect(await conversations.bindKey(key, second, 't0')).toEqual(first);
    expect(await conversations.bindKey(key, second, 't1')).toEqual(second);
    expect(await conversations.bindKey(key, first, 't1')).toEqual(second);
    expect(await conversations.openKey(key)).toEqual(second);
  });

  test('of two requests that bind a key to one turn, the one that began it counts', async () => {
    const conversations = create();
    const key = fresh();
    const [own, cached] = [bindingOf(key, 't1'), bindingOf(key, 't1', true)];
    expect(await conversations.bindKey(key, cached)).toEqual(cached);
    expect(await conversations.bindKey(key, own)).toEqual(own);
    expect(await conversations.bindKey(key, cached)).toEqual(own);
    expect(await conversations.openKey(key)).toEqual(own);
  });

  test('one of twenty concurrent requests binds a key', async () => {
    const conversations = create();
    const key = fresh();
    const racing = Array.from({ length: 20 }, (_, at) =>
      conversations.bindKey(key, bindingOf(key, `t${at}`)),
    );
    const ids = (await Promise.all(racing)).map(({ turn }) => turn.turnId);
    expect(new Set(ids).size).toBe(1);
  });

  test('a key belongs to one request, with or without a binding', async () => {
    const conversations = create();
    const mismatch = { code: 'idempotency_mismatch' };
    const [bound, unbound] = [fresh(), fresh()];
    await conversations.bindKey(bound, bindingOf(bound, 't1'));
    await conversations.openKey(unbound);
    for (const key of [bound, unbound]) {
      const other = { ...key, fingerprint: 'other' };
      await expect(conversations.openKey(other)).rejects.toMatchObject(mismatch);
      const binding = conversations.bindKey(other, bindingOf(key, 't2'), 't1');
      await expect(binding).rejects.toMatchObject(mismatch);
      await expect(begin(conversations, other, 't3')).rejects.toMatchObject(mismatch);
    }
    const used = fresh();
    expect(await begin(conversations, { ...used, fingerprint: 'other' }, 't1')).toMatchObject({
      type: 'begun',
    });
    await expect(conversations.openKey(used)).rejects.toMatchObject(mismatch);
  });

  test('each owner has keys of its own, which are not listed as conversations', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.bindKey(key, bindingOf(key, 't1'));
    expect(await conversations.openKey({ ...key, owner: 'somebody else' })).toBeUndefined();
    expect((await conversations.list(key.owner, { limit: 10 })).items).toEqual([]);
    expect((await conversations.turns(key, { limit: 10 })).items).toEqual([]);
  });

  test('a key is deleted like a conversation', async () => {
    const conversations = create();
    const key = fresh();
    await conversations.bindKey(key, bindingOf(key, 't1'));
    await conversations.remove(key);
    expect(await conversations.find(key)).toBeUndefined();
    expect(await conversations.openKey(key)).toBeUndefined();
  });
}

function bindingOf({ owner }: BoundKey, turnId: string, isCached = false): Binding {
  return { turn: { owner, conversationId: 'once.cache', turnId, sequence: 3 }, isCached };
}

/** Begins a turn with the key, as a request without a cache does. */
function begin(
  conversations: Conversations,
  { owner, conversationId, key, fingerprint, expiresAtMs }: BoundKey,
  turnId: string,
): Promise<BeginResult> {
  const question = userMessage('Hi');
  return conversations.begin({
    owner,
    conversationId,
    mode: 'either',
    turn: { turnId, question, modelId: 'm', startedAtMs: 100, leaseUntilMs: 1_000, expiresAtMs },
    idempotency: { key, fingerprint },
  });
}
