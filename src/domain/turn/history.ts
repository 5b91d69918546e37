import type { Conversations, Page } from '#domain/conversation/conversations.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { estimateMessages } from '#domain/model/estimate-tokens.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** The earlier turns that a model is shown. */
export interface History {
  /** Oldest first, each the parent of the next. */
  readonly turns: readonly Turn[];
  /** Earlier turns that did not fit, as far as they were read; oldest first. */
  readonly older: readonly Turn[];
  /** A summary of everything before these turns. */
  readonly summary?: string;
}

/** The history of a conversation without turns. */
export const noHistory: History = { turns: [], older: [] };

export interface HistoryRequest {
  readonly key: ConversationKey;
  /** The last turn of the history. */
  readonly lastId: string | undefined;
  /** Turns that have already been read, newest first. */
  readonly recent?: Page<Turn> | undefined;
  readonly maxTokens: number;
}

/**
 * Returns a turn, its parent, the parent's parent and so on, as many as fit into `maxTokens`. Stops
 * at a summary, which replaces everything before it.
 */
export async function readHistory(
  conversations: Pick<Conversations, 'turns'>,
  request: HistoryRequest,
): Promise<History> {
  const found: Turn[] = [];
  let tokens = 0;
  let fitting = 0;
  let summary: string | undefined;
  for await (const turn of ancestors(conversations, request)) {
    ({ summary } = turn);
    if (summary !== undefined) break;
    tokens += tokensOf(turn);
    if (tokens <= request.maxTokens) fitting += 1;
    found.push(turn);
    // The rest is read for the summary, which need not cover all of a very long history.
    if (tokens > readFactor * request.maxTokens) break;
  }
  return {
    turns: found.slice(0, fitting).toReversed(),
    older: found.slice(fitting).toReversed(),
    ...(summary === undefined ? {} : { summary }),
  };
}

/** How much history is read, as a multiple of what fits. */
const readFactor = 2;

/** Returns the approximate tokens of a turn in a history. */
export function tokensOf({ question, answer }: Turn): number {
  return estimateMessages([question, answer]);
}

const turnsPerPage = 40;

async function* ancestors(
  conversations: Pick<Conversations, 'turns'>,
  { key, lastId, recent }: HistoryRequest,
): AsyncGenerator<Turn, void, undefined> {
  let nextId = lastId;
  if (nextId === undefined) return;
  let page = recent ?? (await conversations.turns(key, { limit: turnsPerPage }));
  while (nextId !== undefined) {
    for (const turn of page.items) {
      // Parents are older than their children, so one pass backwards finds them all.
      if (turn.turnId !== nextId) continue;
      yield turn;
      nextId = turn.parentId;
    }
    if (page.cursor === undefined) return;
    if (nextId === undefined) return;
    page = await conversations.turns(key, { limit: turnsPerPage, cursor: page.cursor });
  }
}

/** Returns an ended turn by its id; undefined if the conversation has no such turn. */
export async function findTurn(
  conversations: Pick<Conversations, 'turns'>,
  key: ConversationKey,
  turnId: string,
): Promise<Turn | undefined> {
  for await (const turn of ancestors(conversations, { key, lastId: turnId, maxTokens: 0 })) {
    return turn;
  }
  return undefined;
}
