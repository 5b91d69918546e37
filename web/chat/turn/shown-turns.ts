import { emptyAnswer } from '#domain/conversation/accumulate.ts';
import { readConversation } from '../api.ts';
import { describe } from './describe-problem.ts';
import { fromTurnJson, type TurnView } from './turn-view.ts';
import type { Words } from '../words.ts';

/** What the page shows of a conversation. */
export interface Shown {
  readonly conversationId: string | undefined;
  /** All that are loaded, of every branch, in the order in which they began. */
  readonly turns: readonly TurnView[];
  /** The key of the last turn of the branch that is shown; left out for the newest. */
  readonly last: string | undefined;
  readonly isLoading: boolean;
  /** Why it could not be loaded. */
  readonly problem: string | undefined;
  /** Asks for the turns before those that are shown. */
  readonly cursor: string | undefined;
}

export function empty(conversationId: string | undefined): Shown {
  const isLoading = conversationId !== undefined;
  return {
    conversationId,
    isLoading,
    turns: [],
    last: undefined,
    problem: undefined,
    cursor: undefined,
  };
}

export type Begun = Pick<TurnView, 'key' | 'question' | 'parentId'> & Partial<TurnView>;

export function begunTurn(begun: Begun): TurnView {
  return { answer: emptyAnswer, state: 'streaming', isNews: true, ...begun };
}

/** A message that was never taken gives way to its second try. */
export function withBegun(shown: Shown, begun: TurnView): Shown {
  const others = shown.turns.filter(({ key }) => key !== begun.key);
  return { ...shown, turns: [...others, begun], last: undefined };
}

export function withTurn(shown: Shown, key: string, change: Partial<TurnView>): Shown {
  const turns = shown.turns.map((turn) => (turn.key === key ? { ...turn, ...change } : turn));
  return { ...shown, turns };
}

export type Loaded = Pick<Shown, 'turns' | 'cursor'> | Pick<Shown, 'problem'>;

/** Reads a page of a conversation's turns. Never throws. */
export async function loadTurns(
  conversationId: string,
  cursor: string | undefined,
  words: Words,
): Promise<Loaded> {
  try {
    const page = await readConversation(conversationId, cursor);
    const turns = page.turns.map((turn) => fromTurnJson(turn, words.partial));
    return { turns, cursor: page.cursor };
  } catch (error) {
    return { problem: describe(error, words).message };
  }
}

/**
 * Older turns go before those that are shown; the newest take their place, but for a message that
 * was not taken yet.
 */
export function withLoaded(shown: Shown, loaded: Loaded, areOlder: boolean): Shown {
  if ('problem' in loaded) return { ...shown, isLoading: false, problem: loaded.problem };
  const untaken = shown.turns.filter(({ turnId }) => turnId === undefined);
  const turns = areOlder ? [...loaded.turns, ...shown.turns] : [...loaded.turns, ...untaken];
  return { ...shown, turns, cursor: loaded.cursor, isLoading: false, problem: undefined };
}
