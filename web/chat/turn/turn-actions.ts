import { alternativesOf, newestAfter, type Alternatives } from './branches.ts';
import type { Begun, Shown } from './shown-turns.ts';
import type { Asked } from './turn-api.ts';
import type { TurnView } from './turn-view.ts';

/** What can be done with a conversation and its turns. */
export interface TurnActions {
  /** Asks something after the last turn that is shown. */
  send(question: string): void;
  /** Asks a turn's question again, whether it failed or there shall be another answer. */
  again(turn: TurnView): void;
  /** Asks for the rest of an answer that was cut off. */
  goOn(turn: TurnView): void;
  /** Asks another question in a turn's place. */
  edit(turn: TurnView, question: string): void;
  alternatives(turn: TurnView): Alternatives;
  /** Shows a branch that goes through this turn. */
  choose(turn: TurnView): void;
}

export interface ActionTools {
  readonly turns: readonly TurnView[];
  readonly path: readonly TurnView[];
  run(asked: Asked, begun: Begun): Promise<void>;
  alter(how: (before: Shown) => Shown): void;
}

export function createTurnActions({ turns, path, run, alter }: ActionTools): TurnActions {
  const ask = (message: string, parentId: string | null, key = newKey()): void => {
    // To follow the last turn that began is what a message does by itself.
    const asked: Asked = {
      type: 'message',
      message,
      ...(parentId === lastId(turns) ? {} : { parentId }),
    };
    void run(asked, { key, question: message, parentId });
  };
  return {
    send: (question) => ask(question, lastId(path)),
    again({ turnId, key, question, parentId }) {
      // What was never taken is sent again as it was, and counts once should it arrive twice.
      if (turnId === undefined) ask(question, parentId, key);
      else void run({ type: 'regenerate', turnId }, { key: newKey(), question, parentId });
    },
    goOn({ turnId = '', question, parentId, answer: { content, indexes } }) {
      const begun = { key: newKey(), question, parentId, answer: { content, indexes } };
      void run({ type: 'continue', turnId }, begun);
    },
    edit: ({ parentId }, question) => ask(question, parentId),
    alternatives: (turn) => alternativesOf(turns, turn),
    choose: (turn) => alter((before) => ({ ...before, last: newestAfter(before.turns, turn).key })),
  };
}

/** The last of the turns that were taken. */
function lastId(turns: readonly TurnView[]): string | null {
  return turns.findLast(({ turnId }) => turnId !== undefined)?.turnId ?? null;
}

function newKey(): string {
  return crypto.randomUUID();
}
