import type { ConversationKey } from '#domain/conversation.ts';
import { estimateMessages } from '#domain/estimate-tokens.ts';
import type { Conversations, Page } from '#domain/ports.ts';
import type { Turn } from '#domain/turn.ts';

/** What a model is shown of what was said before. */
export interface History {
  /** Oldest first, each the parent of the next. */
  readonly turns: readonly Turn[];
  /** Stands for everything that came before the first of the turns. */
  readonly summary?: string;
}

export interface HistoryRequest {
  readonly key: ConversationKey;
  /** The last turn of the history. */
  readonly lastId: string | undefined;
  /** Turns that were read already, newest first. */
  readonly recent: Page<Turn>;
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
  const turns: Turn[] = [];
  let tokens = 0;
  for await (const turn of ancestors(conversations, request)) {
    if (turn.summary !== undefined) return { turns: turns.toReversed(), summary: turn.summary };
    tokens += tokensOf(turn);
    if (tokens > request.maxTokens) break;
    turns.push(turn);
  }
  return { turns: turns.toReversed() };
}

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
  let page = recent;
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
  const recent = await conversations.turns(key, { limit: turnsPerPage });
  for await (const turn of ancestors(conversations, {
    key,
    lastId: turnId,
    recent,
    maxTokens: 0,
  })) {
    return turn;
  }
  return undefined;
}
