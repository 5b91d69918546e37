import { emptyAnswer } from '#domain/conversation/accumulate.ts';
import { readConversation } from '../api.ts';
import { describeProblem } from './describe-problem.ts';
import { fromTurnJson, type TurnView } from './turn-view.ts';
import type { Words } from '../words.ts';

/** A conversation as the page shows it. */
export interface ConversationState {
  readonly conversationId: string | undefined;
  /** Undefined until the conversation has loaded. */
  readonly title: string | undefined;
  /** The loaded turns of every branch, in the order in which they began. */
  readonly turns: readonly TurnView[];
  /** The key of the last turn of the branch that is shown; undefined for the newest branch. */
  readonly lastKey: string | undefined;
  readonly isLoading: boolean;
  /** Why the conversation could not be loaded. */
  readonly problem: string | undefined;
  /** Requests the next page of older turns; undefined if there are none. */
  readonly cursor: string | undefined;
}

/** Returns a conversation without turns. It is loading if it has an id. */
export function emptyConversation(conversationId: string | undefined): ConversationState {
  return {
    conversationId,
    title: undefined,
    isLoading: conversationId !== undefined,
    turns: [],
    lastKey: undefined,
    problem: undefined,
    cursor: undefined,
  };
}

/** What is known of a turn before the server has accepted it. */
export type NewTurn = Pick<TurnView, 'key' | 'question' | 'parentId'> & Partial<TurnView>;

/** Adds a turn that waits for its answer. It replaces an earlier attempt with the same key. */
export function withNewTurn(state: ConversationState, turn: NewTurn): ConversationState {
  const others = state.turns.filter(({ key }) => key !== turn.key);
  const added: TurnView = { answer: emptyAnswer, state: 'streaming', isAnnounced: true, ...turn };
  return { ...state, turns: [...others, added], lastKey: undefined };
}

/** Changes the turn that has this key. */
export function withTurnChanges(
  state: ConversationState,
  key: string,
  changes: Partial<TurnView>,
): ConversationState {
  const turns = state.turns.map((turn) => (turn.key === key ? { ...turn, ...changes } : turn));
  return { ...state, turns };
}

export type LoadedTurns =
  | Pick<ConversationState, 'title' | 'turns' | 'cursor'>
  | Pick<ConversationState, 'problem'>;

/** Reads one page of a conversation's turns: the newest, or the one at `cursor`. Never throws. */
export async function loadTurns(
  conversationId: string,
  cursor: string | undefined,
  words: Words,
): Promise<LoadedTurns> {
  try {
    const page = await readConversation(conversationId, cursor);
    const { title, cursor: older } = page;
    return { title, turns: page.turns.map((turn) => fromTurnJson(turn, words)), cursor: older };
  } catch (error) {
    return { problem: describeProblem(error, words).message };
  }
}

/**
 * Adds loaded turns. Older turns are put before the others. The newest page replaces the turns that
 * it has, and leaves older ones and messages that the server has not accepted.
 */
export function withLoadedTurns(
  state: ConversationState,
  loaded: LoadedTurns,
  areOlder: boolean,
): ConversationState {
  if ('problem' in loaded) return { ...state, isLoading: false, problem: loaded.problem };
  const settled = { isLoading: false, problem: undefined, title: loaded.title } as const;
  if (areOlder) {
    return {
      ...state,
      ...settled,
      turns: [...loaded.turns, ...state.turns],
      cursor: loaded.cursor,
    };
  }
  const { turns } = state;
  const begin = turns.findIndex(({ turnId }) => turnId === loaded.turns[0]?.turnId);
  const older = begin === -1 ? [] : turns.slice(0, begin);
  const unsent = turns.filter(({ turnId }) => turnId === undefined);
  // A turn keeps its key, so that the reader's focus stays where it is.
  const newest = loaded.turns.map((turn) => {
    const shown = turns.find(({ turnId }) => turnId === turn.turnId);
    return shown === undefined ? turn : { ...turn, key: shown.key, isAnnounced: shown.isAnnounced };
  });
  const cursor = older.length > 0 ? state.cursor : loaded.cursor;
  return { ...state, ...settled, turns: [...older, ...newest, ...unsent], cursor };
}

/** Removes a turn that the server has not accepted. */
export function withoutTurn(state: ConversationState, key: string): ConversationState {
  return { ...state, turns: state.turns.filter((turn) => turn.key !== key) };
}
