import { emptyAnswer } from '#domain/accumulate.ts';
import { readConversation } from './api.ts';
import { describe } from './describe-problem.ts';
import { fromTurnJson, type TurnView } from './turn-view.ts';
import type { Words } from './words.ts';

/** What the page shows of a conversation. */
export interface Shown {
  readonly conversationId: string | undefined;
  readonly turns: readonly TurnView[];
  readonly isLoading: boolean;
  /** Why it could not be loaded. */
  readonly problem: string | undefined;
  /** Asks for the turns before those that are shown. */
  readonly cursor: string | undefined;
}

export function empty(conversationId: string | undefined): Shown {
  const isLoading = conversationId !== undefined;
  return { conversationId, turns: [], isLoading, problem: undefined, cursor: undefined };
}

export function begunTurn(key: string, question: string): TurnView {
  return { key, question, answer: emptyAnswer, state: 'streaming', isNews: true };
}

export function withBegun(shown: Shown, begun: TurnView, replaced: string | undefined): Shown {
  const others = shown.turns.filter(({ key }) => key !== replaced);
  return { ...shown, turns: [...others, begun] };
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

/** Older turns go before those that are shown; the newest take their place. */
export function withLoaded(shown: Shown, loaded: Loaded, areOlder: boolean): Shown {
  if ('problem' in loaded) return { ...shown, isLoading: false, problem: loaded.problem };
  const turns = areOlder ? [...loaded.turns, ...shown.turns] : loaded.turns;
  return { ...shown, turns, cursor: loaded.cursor, isLoading: false, problem: undefined };
}
