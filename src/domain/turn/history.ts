import type { Conversations, Page } from '#domain/conversation/conversations.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { estimateMessages } from '#domain/model/estimate-tokens.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** What a model is shown of what was said before. */
export interface History {
  /** Oldest first, each the parent of the next. */
  readonly turns: readonly Turn[];
  /** What came before them and did not fit, as far as it was read; oldest first. */
  readonly older: readonly Turn[];
  /** Stands for everything that came before all of these. */
  readonly summary?: string;
}

/** The past of what has none. */
export const noHistory: History = { turns: [], older: [] };

export interface HistoryRequest {
  readonly key: ConversationKey;
  /** The last turn of the history. */
  readonly lastId: string | undefined;
  /** Turns that were read already, newest first. */
  readonly recent?: Page<Turn> | undefined;
  readonly maxTokens: number;
}

/**
 * A turn, its parent, the parent's parent and so on, as many as fit; from a turn on whose past was
 * summarized, the summary.
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
    // What does not fit is read for the summary, which need not know all of a very long past.
    if (tokens > farthest * request.maxTokens) break;
  }
  return {
    turns: found.slice(0, fitting).toReversed(),
    older: found.slice(fitting).toReversed(),
    ...(summary === undefined ? {} : { summary }),
  };
}

/** How far a past is read, in times of what fits. */
const farthest = 2;

/** About how many tokens a turn takes in a history. */
export function tokensOf({ question, answer }: Turn): number {
  return estimateMessages([question, answer]);
}

const turnsPerPage = 40;

async function* ancestors(
  conversations: Pick<Conversations, 'turns'>,
  { key, lastId, recent }: HistoryRequest,
): AsyncGenerator<Turn, void, undefined> {
  let wanted = lastId;
  if (wanted === undefined) return;
  let page = recent ?? (await conversations.turns(key, { limit: turnsPerPage }));
  while (wanted !== undefined) {
    for (const turn of page.items) {
      // Parents are older than their children: one walk back meets them all.
      if (turn.turnId !== wanted) continue;
      yield turn;
      wanted = turn.parentId;
    }
    if (page.cursor === undefined) return;
    if (wanted === undefined) return;
    page = await conversations.turns(key, { limit: turnsPerPage, cursor: page.cursor });
  }
}

/** A turn that has ended, by its id; undefined where the conversation has none of this id. */
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
