import { alternativesOf, newestDescendant, type Alternatives } from './branches.ts';
import type { ConversationState, NewTurn } from './conversation-state.ts';
import type { TurnRequest } from './turn-api.ts';
import type { TurnView } from './turn-view.ts';

/** What the reader can do with a conversation and its turns. */
export interface TurnActions {
  /** Sends a message after the last turn of the branch that is shown. */
  send(question: string): void;
  /** Sends a turn's question again, to retry it or to get another answer. */
  regenerate(turn: TurnView): void;
  /** Requests the rest of an answer that was cut off. */
  continueAnswer(turn: TurnView): void;
  /** Sends an edited question as an alternative to a turn. */
  edit(turn: TurnView, question: string): void;
  alternatives(turn: TurnView): Alternatives;
  /** Shows the newest branch through a turn. */
  showBranch(turn: TurnView): void;
}

export interface TurnActionsOptions {
  readonly turns: readonly TurnView[];
  readonly branch: readonly TurnView[];
  startTurn(request: TurnRequest, turn: NewTurn): Promise<void>;
  /** Loads the newest turns as they are stored, and shows them. */
  reload(): Promise<readonly TurnView[]>;
  update(change: (before: ConversationState) => ConversationState): void;
}

/** Returns the actions on the turns that are shown. */
export function createTurnActions(options: TurnActionsOptions): TurnActions {
  const { turns, branch, startTurn, reload, update } = options;
  const ask = (message: string, parentId: string | null, key = newKey()): void => {
    // By default a message follows the newest turn, so the parent is sent only if it is another.
    const request: TurnRequest = {
      type: 'message',
      message,
      ...(parentId === newestTurnId(turns) ? {} : { parentId }),
    };
    void startTurn(request, { key, question: message, parentId });
  };
  const again = (turnId: string, { question, parentId }: TurnView): void =>
    void startTurn({ type: 'regenerate', turnId }, { key: newKey(), question, parentId });
  /** The answer may be there, or still arrive, although this page has lost it: then it is shown. */
  const againIfFailed = async (turnId: string, turn: TurnView): Promise<void> => {
    const stored = (await reload()).find((each) => each.turnId === turnId);
    if (stored?.problem !== undefined) again(turnId, turn);
  };
  return {
    send: (question) => ask(question, newestTurnId(branch)),
    regenerate(turn) {
      const { turnId, key, question, parentId } = turn;
      // A message without a turn id may have arrived after all: its old key prevents a second turn.
      if (turnId === undefined) ask(question, parentId, key);
      else if (turn.problem === undefined) again(turnId, turn);
      else void againIfFailed(turnId, turn);
    },
    continueAnswer({ turnId = '', question, parentId, answer: { content, indexes } }) {
      const turn = { key: newKey(), question, parentId, answer: { content, indexes } };
      void startTurn({ type: 'continue', turnId }, turn);
    },
    edit: ({ parentId }, question) => ask(question, parentId),
    alternatives: (turn) => alternativesOf(turns, turn),
    showBranch: (turn) =>
      update((before) => ({ ...before, lastKey: newestDescendant(before.turns, turn).key })),
  };
}

/** Returns the id of the newest turn that the server has accepted. */
function newestTurnId(turns: readonly TurnView[]): string | null {
  return turns.findLast(({ turnId }) => turnId !== undefined)?.turnId ?? null;
}

function newKey(): string {
  return crypto.randomUUID();
}
