import * as v from 'valibot';
import { emptyAnswer } from '#domain/conversation/accumulate.ts';
import { readConversation } from '../api.ts';
import { choicesSchema, type Choices } from '../choices/choices.ts';
import { describeProblem } from './describe-problem.ts';
import { fromTurnJson, type TurnView } from './turn-view.ts';
import type { Outgoing } from './turn-actions.ts';
import type { ProblemWords } from '../problem-words.ts';

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
  /** What messages are sent with. */
  readonly choices: Choices;
  /** Whether the choices are stored with the conversation. */
  readonly areChoicesStored: boolean;
  /** Messages that are sent one by one, when nothing is in progress. */
  readonly queue: readonly QueuedMessage[];
}

/** A message that waits. */
export interface QueuedMessage extends Outgoing {
  readonly key: string;
  /** It is not sent sooner: the server has just refused it for now. */
  readonly notBeforeMs?: number;
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
    choices: {},
    areChoicesStored: true,
    queue: [],
  };
}

/** What is known of a turn before the server has accepted it. */
export type NewTurn = Pick<TurnView, 'key' | 'question' | 'parentId'> & Partial<TurnView>;

/** Adds a turn that waits for its answer. It replaces an earlier attempt with the same key. */
export function withNewTurn(state: ConversationState, turn: NewTurn): ConversationState {
  const others = state.turns.filter(({ key }) => key !== turn.key);
  const added: TurnView = {
    answer: emptyAnswer,
    state: 'streaming',
    isAnnounced: true,
    startedAtMs: Date.now(),
    ...turn,
  };
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
  | Pick<ConversationState, 'title' | 'turns' | 'cursor' | 'choices'>
  | Pick<ConversationState, 'problem'>;

/** Reads one page of a conversation's turns: the newest, or the one at `cursor`. Never throws. */
export async function loadTurns(
  conversationId: string,
  cursor: string | undefined,
  words: ProblemWords,
): Promise<LoadedTurns> {
  try {
    const page = await readConversation(conversationId, cursor);
    const choices = v.safeParse(choicesSchema, page.settings ?? {});
    return {
      title: page.title,
      turns: page.turns.map(fromTurnJson),
      cursor: page.cursor,
      choices: choices.success ? choices.output : {},
    };
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
    return shown === undefined ? turn : withSeen(turn, shown);
  });
  const cursor = older.length > 0 ? state.cursor : loaded.cursor;
  const choices = state.areChoicesStored ? loaded.choices : state.choices;
  return { ...state, ...settled, turns: [...older, ...newest, ...unsent], cursor, choices };
}

/** Adds what the page has seen of a turn, and what is not stored. */
function withSeen(turn: TurnView, { key, isAnnounced, durationMs, problem }: TurnView): TurnView {
  const isSame = problem !== undefined && problem.reason === turn.problem?.reason;
  return {
    ...turn,
    key,
    isAnnounced,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(isSame ? { problem } : {}),
  };
}

/** Removes a turn that the server has not accepted. */
export function withoutTurn(state: ConversationState, key: string): ConversationState {
  return { ...state, turns: state.turns.filter((turn) => turn.key !== key) };
}

/** Adds a message that waits; not twice. */
export function withQueued(state: ConversationState, message: QueuedMessage): ConversationState {
  const others = state.queue.filter(({ key }) => key !== message.key);
  return { ...state, queue: [...others, message] };
}

/** Removes a message that waits. */
export function withoutQueued(state: ConversationState, key: string): ConversationState {
  return { ...state, queue: state.queue.filter((message) => message.key !== key) };
}
