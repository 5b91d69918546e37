import type {
  BeginResult,
  Binding,
  BoundKey,
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
  readonly boundKeys: Map<string, { fingerprint: string; binding: Binding | undefined }>;
  readonly isListed: boolean;
  isRenamed?: true;
}

/** Conversations in memory, with the same behaviour as the ones in DynamoDB. */
export function createMemoryConversations(): Conversations {
  const store = new Map<string, StoredConversation>();
  return {
    begin: async (beginning) => begin(store, beginning),
    openKey: async (key) => openKey(store, key),
    async bindKey(key, binding, replaces) {
      const earlier = openKey(store, key);
      const { turnId } = binding.turn;
      const isOwn = earlier?.turn.turnId === turnId && !binding.isCached;
      if (earlier !== undefined && earlier.turn.turnId !== replaces && !isOwn) return earlier;
      const { boundKeys } = requireEntry(store, key);
      boundKeys.set(key.key, { fingerprint: key.fingerprint, binding });
      return binding;
    },
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
    async rate(key, turnId, feedback) {
      const turns = store.get(mapKey(key))?.turns ?? [];
      const index = turns.findIndex((turn) => turn.turnId === turnId);
      const found = turns[index];
      if (found === undefined) return false;
      const { feedback: _, ...unrated } = found;
      turns[index] = feedback === undefined ? unrated : { ...unrated, feedback };
      return true;
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
      return paged(
        listOf(store, owner).map(({ conversation }) => conversation),
        page,
      );
    },
    async change(key, { title, settings }) {
      const entry = requireEntry(store, key);
      const { settings: earlier, ...rest } = entry.conversation;
      const present = settings ?? earlier ?? {};
      entry.conversation = {
        ...rest,
        ...(title === undefined ? {} : { title }),
        ...(Object.keys(present).length === 0 ? {} : { settings: present }),
      };
      if (title !== undefined) entry.isRenamed = true;
    },
    async retitle(key, { from, to: title }) {
      const entry = store.get(mapKey(key));
      if (entry?.conversation.title !== from || entry.isRenamed === true) return;
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
  const { title } = entry.conversation;
  return { type: 'begun', live, title, recent: { items: entry.turns.toReversed() } };
}

function listOf(
  store: ReadonlyMap<string, StoredConversation>,
  owner: string,
): readonly StoredConversation[] {
  return [...store.values()]
    .filter(({ isListed, conversation }) => isListed && conversation.owner === owner)
    .toSorted((a, b) => b.conversation.updatedAtMs - a.conversation.updatedAtMs);
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
  return store.get(mapKey(beginning)) ?? created(conversation, turn.expiresAtMs === undefined);
}

function created(conversation: Conversation, isListed: boolean): StoredConversation {
  return { conversation, turns: [], keys: new Map(), boundKeys: new Map(), isListed };
}

function openKey(store: Map<string, StoredConversation>, bound: BoundKey): Binding | undefined {
  const { owner, conversationId, createdAtMs, key, fingerprint } = bound;
  const times = { createdAtMs, updatedAtMs: createdAtMs };
  const empty = created({ owner, conversationId, title: '', ...times }, false);
  const entry = store.get(mapKey(bound)) ?? empty;
  store.set(mapKey(bound), entry);
  const earlier = entry.keys.get(key) ?? entry.boundKeys.get(key);
  if (earlier !== undefined && earlier.fingerprint !== fingerprint) throw idempotencyKeyReused();
  const { binding } = entry.boundKeys.get(key) ?? {};
  entry.boundKeys.set(key, { fingerprint, binding });
  return binding;
}

function findEarlierTurn(
  { keys, boundKeys }: StoredConversation,
  idempotency: Idempotency | undefined,
): { turnId: string; sequence: number } | undefined {
  if (boundKeys.has(idempotency?.key ?? '')) throw idempotencyKeyReused();
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
