import { titleOf, type Conversation, type ConversationKey } from '#domain/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import type { Conversations, Page, PageRequest, TurnBeginning } from '#domain/ports.ts';
import { interruptedTurn, type Turn } from '#domain/turn.ts';

interface Kept {
  conversation: Conversation;
  readonly turns: Turn[];
}

/** Conversations that live as long as the process: the same promises as the durable ones. */
export function createMemoryConversations(): Conversations {
  const kept = new Map<string, Kept>();
  return {
    async begin(beginning) {
      const entry = open(kept, beginning);
      recover(entry, beginning.turn.startedAtMs);
      const live = { ...beginning.turn, sequence: entry.turns.length + 1 };
      const updatedAtMs = live.startedAtMs;
      entry.conversation = { ...entry.conversation, updatedAtMs, liveTurn: live };
      kept.set(mapKey(beginning), entry);
      return { live, history: [...entry.turns] };
    },
    async finish(key, turn) {
      const entry = kept.get(mapKey(key));
      if (entry?.conversation.liveTurn?.turnId !== turn.turnId) throw notLive();
      endLiveTurn(entry, turn);
    },
    async find(key) {
      return kept.get(mapKey(key))?.conversation;
    },
    async turns(key, page) {
      return paged((kept.get(mapKey(key))?.turns ?? []).toReversed(), page);
    },
    async list(owner, page) {
      const mine = [...kept.values()].map((entry) => entry.conversation);
      const sorted = mine.filter((conversation) => conversation.owner === owner);
      return paged(
        sorted.toSorted((a, b) => b.updatedAtMs - a.updatedAtMs),
        page,
      );
    },
    async rename(key, title) {
      const entry = known(kept, key);
      entry.conversation = { ...entry.conversation, title };
    },
    async remove(key, nowMs) {
      recover(known(kept, key), nowMs);
      kept.delete(mapKey(key));
    },
  };
}

function mapKey({ owner, conversationId }: ConversationKey): string {
  return JSON.stringify([owner, conversationId]);
}

function known(kept: ReadonlyMap<string, Kept>, key: ConversationKey): Kept {
  const entry = kept.get(mapKey(key));
  if (entry === undefined) throw new ChatError('not_found', 'There is no such conversation.');
  return entry;
}

function open(kept: ReadonlyMap<string, Kept>, beginning: TurnBeginning): Kept {
  const { owner, conversationId, mode, turn } = beginning;
  const entry = kept.get(mapKey(beginning));
  if (mode === 'existing') return known(kept, beginning);
  if (entry !== undefined) {
    if (mode === 'either') return entry;
    throw new ChatError('conflict', 'The conversation exists already.');
  }
  const times = { createdAtMs: turn.startedAtMs, updatedAtMs: turn.startedAtMs };
  return {
    conversation: { owner, conversationId, title: titleOf(turn.question), ...times },
    turns: [],
  };
}

function recover(entry: Kept, nowMs: number): void {
  const live = entry.conversation.liveTurn;
  if (live === undefined) return;
  if (live.leaseUntilMs > nowMs) {
    throw new ChatError('conflict', 'A turn is running in this conversation.', {
      liveTurnId: live.turnId,
    });
  }
  endLiveTurn(entry, interruptedTurn(live, nowMs));
}

function endLiveTurn(entry: Kept, turn: Turn): void {
  entry.turns.push(turn);
  const { liveTurn: _, ...conversation } = entry.conversation;
  entry.conversation = conversation;
}

function notLive(): ChatError {
  return new ChatError('conflict', 'The turn was ended by somebody else.');
}

function paged<Item>(items: readonly Item[], { limit, cursor }: PageRequest): Page<Item> {
  const start = cursor === undefined ? 0 : Number(cursor);
  const end = start + limit;
  const page = { items: items.slice(start, end) };
  return end < items.length ? { ...page, cursor: String(end) } : page;
}
