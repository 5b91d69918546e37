import type {
  BeginResult,
  Conversations,
  Idempotency,
  Page,
  PageRequest,
  NewTurn,
} from '#domain/conversation/conversations.ts';
import {
  titleOf,
  type Conversation,
  type ConversationKey,
} from '#domain/conversation/conversation.ts';
import {
  turnAlreadyEnded,
  conversationExists,
  idempotencyKeyReused,
  turnIsRunning,
  unknownConversation,
} from '#domain/conversation/conversation-errors.ts';
import { isSameEnd, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';

interface StoredConversation {
  conversation: Conversation;
  readonly turns: Turn[];
  /** The turns begun by requests with an idempotency key, by that key. */
  readonly keys: Map<string, { fingerprint: string; turnId: string; sequence: number }>;
  readonly isListed: boolean;
}

/** Conversations in memory, with the same behaviour as the ones in DynamoDB. */
export function createMemoryConversations(): Conversations {
  const store = new Map<string, StoredConversation>();
  return {
    begin: async (beginning) => begin(store, beginning),
    async finish(key, turn) {
      const entry = store.get(mapKey(key));
      const ended = entry?.turns.find(({ turnId }) => turnId === turn.turnId);
      if (isSameEnd(ended, turn)) return;
      if (entry?.conversation.liveTurn?.turnId !== turn.turnId) throw turnAlreadyEnded();
      entry.turns.push(turn);
      const { liveTurn: _, ...conversation } = entry.conversation;
      entry.conversation = conversation;
    },
    async summarize({ turnId, ...key }, summary) {
      const turns = store.get(mapKey(key))?.turns ?? [];
      const index = turns.findIndex((turn) => turn.turnId === turnId);
      const found = turns[index];
      if (found !== undefined) turns[index] = { ...found, summary };
    },
    async find(key) {
      return store.get(mapKey(key))?.conversation;
    },
    async turn({ turnId, ...key }) {
      return store.get(mapKey(key))?.turns.find((turn) => turn.turnId === turnId);
    },
    async turns(key, page) {
      return paged((store.get(mapKey(key))?.turns ?? []).toReversed(), page);
    },
    async list(owner, page) {
      const listed = [...store.values()].filter(({ isListed }) => isListed);
      const mine = listed.map((entry) => entry.conversation).filter((one) => one.owner === owner);
      return paged(
        mine.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs),
        page,
      );
    },
    async rename(key, title) {
      const entry = requireEntry(store, key);
      entry.conversation = { ...entry.conversation, title };
    },
    async remove(key) {
      const { liveTurn } = requireEntry(store, key).conversation;
      if (liveTurn !== undefined) throw turnIsRunning(liveTurn);
      store.delete(mapKey(key));
    },
  };
}

function begin(store: Map<string, StoredConversation>, beginning: NewTurn): BeginResult {
  const entry = open(store, beginning);
  const { owner, conversationId, idempotency } = beginning;
  const earlier = findEarlierTurn(entry, idempotency);
  if (earlier !== undefined) {
    const { turnId, sequence } = earlier;
    return { type: 'attached', key: { owner, conversationId, turnId, sequence } };
  }
  if (entry.conversation.liveTurn !== undefined) {
    return { type: 'busy', live: entry.conversation.liveTurn };
  }
  if (beginning.mode === 'new' && store.has(mapKey(beginning))) throw conversationExists();
  const live = beginIn(entry, beginning);
  store.set(mapKey(beginning), entry);
  return { type: 'begun', live, recent: { items: entry.turns.toReversed() } };
}

function mapKey({ owner, conversationId }: ConversationKey): string {
  return JSON.stringify([owner, conversationId]);
}

function requireEntry(
  store: ReadonlyMap<string, StoredConversation>,
  key: ConversationKey,
): StoredConversation {
  const entry = store.get(mapKey(key));
  if (entry === undefined) throw unknownConversation();
  return entry;
}

function open(
  store: ReadonlyMap<string, StoredConversation>,
  beginning: NewTurn,
): StoredConversation {
  const { owner, conversationId, mode, turn } = beginning;
  if (mode === 'existing') return requireEntry(store, beginning);
  const times = { createdAtMs: turn.startedAtMs, updatedAtMs: turn.startedAtMs };
  const conversation = { owner, conversationId, title: titleOf(turn.question), ...times };
  const created = {
    conversation,
    turns: [],
    keys: new Map(),
    isListed: turn.expiresAtMs === undefined,
  };
  return store.get(mapKey(beginning)) ?? created;
}

function findEarlierTurn(
  { keys }: StoredConversation,
  idempotency: Idempotency | undefined,
): { turnId: string; sequence: number } | undefined {
  const earlier = keys.get(idempotency?.key ?? '');
  if (idempotency === undefined || earlier === undefined) return undefined;
  if (earlier.fingerprint !== idempotency.fingerprint) throw idempotencyKeyReused();
  return earlier.turnId === idempotency.replaces ? undefined : earlier;
}

function beginIn(entry: StoredConversation, { turn, parentId, idempotency }: NewTurn): LiveTurn {
  const { headId } = entry.conversation;
  const parent = parentId === undefined ? headId : (parentId ?? undefined);
  const live: LiveTurn = {
    ...turn,
    sequence: entry.turns.length + 1,
    ...(parent === undefined ? {} : { parentId: parent }),
  };
  entry.conversation = {
    ...entry.conversation,
    updatedAtMs: live.startedAtMs,
    liveTurn: live,
    headId: live.turnId,
  };
  if (idempotency !== undefined) {
    const { key, fingerprint } = idempotency;
    entry.keys.set(key, { fingerprint, turnId: live.turnId, sequence: live.sequence });
  }
  return live;
}

function paged<Item>(items: readonly Item[], { limit, cursor }: PageRequest): Page<Item> {
  const start = cursor === undefined ? 0 : Number(cursor);
  const end = start + limit;
  const page = { items: items.slice(start, end) };
  return end < items.length ? { ...page, cursor: String(end) } : page;
}
