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

interface Kept {
  conversation: Conversation;
  readonly turns: Turn[];
  /** The turns that requests with a key began. */
  readonly keys: Map<string, { fingerprint: string; turnId: string; sequence: number }>;
  readonly isListed: boolean;
}

/** Conversations that live as long as the process: the same promises as the durable ones. */
export function createMemoryConversations(): Conversations {
  const kept = new Map<string, Kept>();
  return {
    begin: async (beginning) => begin(kept, beginning),
    async finish(key, turn) {
      const entry = kept.get(mapKey(key));
      const ended = entry?.turns.find(({ turnId }) => turnId === turn.turnId);
      if (isSameEnd(ended, turn)) return;
      if (entry?.conversation.liveTurn?.turnId !== turn.turnId) throw turnAlreadyEnded();
      entry.turns.push(turn);
      const { liveTurn: _, ...conversation } = entry.conversation;
      entry.conversation = conversation;
    },
    async summarize({ turnId, ...key }, summary) {
      const turns = kept.get(mapKey(key))?.turns ?? [];
      const index = turns.findIndex((turn) => turn.turnId === turnId);
      const found = turns[index];
      if (found !== undefined) turns[index] = { ...found, summary };
    },
    async find(key) {
      return kept.get(mapKey(key))?.conversation;
    },
    async turn({ turnId, ...key }) {
      return kept.get(mapKey(key))?.turns.find((turn) => turn.turnId === turnId);
    },
    async turns(key, page) {
      return paged((kept.get(mapKey(key))?.turns ?? []).toReversed(), page);
    },
    async list(owner, page) {
      const listed = [...kept.values()].filter(({ isListed }) => isListed);
      const mine = listed.map((entry) => entry.conversation).filter((one) => one.owner === owner);
      return paged(
        mine.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs),
        page,
      );
    },
    async rename(key, title) {
      const entry = known(kept, key);
      entry.conversation = { ...entry.conversation, title };
    },
    async remove(key) {
      const { liveTurn } = known(kept, key).conversation;
      if (liveTurn !== undefined) throw turnIsRunning(liveTurn);
      kept.delete(mapKey(key));
    },
  };
}

function begin(kept: Map<string, Kept>, beginning: NewTurn): BeginResult {
  const entry = open(kept, beginning);
  const { owner, conversationId, idempotency } = beginning;
  const before = earlier(entry, idempotency);
  if (before !== undefined) {
    const { turnId, sequence } = before;
    return { type: 'attached', key: { owner, conversationId, turnId, sequence } };
  }
  if (entry.conversation.liveTurn !== undefined) {
    return { type: 'busy', live: entry.conversation.liveTurn };
  }
  if (beginning.mode === 'new' && kept.has(mapKey(beginning))) throw conversationExists();
  const live = beginIn(entry, beginning);
  kept.set(mapKey(beginning), entry);
  return { type: 'begun', live, recent: { items: entry.turns.toReversed() } };
}

function mapKey({ owner, conversationId }: ConversationKey): string {
  return JSON.stringify([owner, conversationId]);
}

function known(kept: ReadonlyMap<string, Kept>, key: ConversationKey): Kept {
  const entry = kept.get(mapKey(key));
  if (entry === undefined) throw unknownConversation();
  return entry;
}

function open(kept: ReadonlyMap<string, Kept>, beginning: NewTurn): Kept {
  const { owner, conversationId, mode, turn } = beginning;
  if (mode === 'existing') return known(kept, beginning);
  const times = { createdAtMs: turn.startedAtMs, updatedAtMs: turn.startedAtMs };
  const conversation = { owner, conversationId, title: titleOf(turn.question), ...times };
  const created = {
    conversation,
    turns: [],
    keys: new Map(),
    isListed: turn.expiresAtMs === undefined,
  };
  return kept.get(mapKey(beginning)) ?? created;
}

function earlier(
  { keys }: Kept,
  idempotency: Idempotency | undefined,
): { turnId: string; sequence: number } | undefined {
  const before = keys.get(idempotency?.key ?? '');
  if (idempotency === undefined || before === undefined) return undefined;
  if (before.fingerprint !== idempotency.fingerprint) throw idempotencyKeyReused();
  return before.turnId === idempotency.replaces ? undefined : before;
}

function beginIn(entry: Kept, { turn, parentId, idempotency }: NewTurn): LiveTurn {
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
