import type { Decision } from '#domain/model/tools.ts';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { newestDescendant } from './branches.ts';
import { withTurnChanges, type ConversationState, type NewTurn } from './conversation-state.ts';
import { storeRating, type TurnQuestion } from './turn-api.ts';
import type { Rating, TurnView } from './turn-view.ts';

/** A message that the reader has written. */
export interface Outgoing {
  readonly text: string;
  readonly attachments?: readonly AttachmentJson[] | undefined;
}

/** What the reader can do with a conversation and its turns. */
export interface TurnActions {
  /** Sends a message after the last turn of the branch that is shown. */
  send(message: Outgoing): void;
  /** Sends a turn's question again, to retry it or to get another answer. */
  regenerate(turn: TurnView): void;
  /** Requests the rest of an answer that was cut off. */
  continueAnswer(turn: TurnView): void;
  /** Sends an edited question as an alternative to a turn. */
  edit(turn: TurnView, question: string): void;
  /** Allows or denies the tool calls that a turn waits for. */
  decide(turn: TurnView, decisions: readonly Decision[]): void;
  /** Says what the reader thinks of an answer; nothing without a rating. Rejects if that fails. */
  rate(turn: TurnView, rating: Rating | undefined): Promise<void>;
  /** Shows the newest branch through a turn. */
  showBranch(turn: TurnView): void;
}

export interface TurnActionsOptions {
  readonly conversationId: string | undefined;
  readonly turns: readonly TurnView[];
  readonly branch: readonly TurnView[];
  startTurn(question: TurnQuestion, turn: NewTurn): Promise<void>;
  /** Loads the newest turns as they are stored, and shows them. */
  reload(): Promise<readonly TurnView[]>;
  update(change: (before: ConversationState) => ConversationState): void;
}

/** Returns the actions on the turns that are shown. */
export function createTurnActions(options: TurnActionsOptions): TurnActions {
  const { turns, branch, startTurn, reload, update } = options;
  const ask = ({ text, attachments = [] }: Outgoing, parentId: string | null): void => {
    const files = attachments.length === 0 ? {} : { attachments };
    const ids = attachments.map(({ attachment_id: id }) => id);
    // By default a message follows the newest turn, so the parent is sent only if it is another.
    const question: TurnQuestion = {
      type: 'message',
      message: text,
      ...(parentId === newestTurnId(turns) ? {} : { parentId }),
      ...(ids.length === 0 ? {} : { attachments: ids }),
    };
    void startTurn(question, { key: newKey(), question: text, parentId, ...files });
  };
  const again = (turnId: string, turn: TurnView): void =>
    void startTurn({ type: 'regenerate', turnId }, { key: newKey(), ...questionOf(turn) });
  /** The answer may be there, or still arrive, although this page has lost it: then it is shown. */
  const againIfFailed = async (turnId: string, turn: TurnView): Promise<void> => {
    const stored = (await reload()).find((each) => each.turnId === turnId);
    if (stored?.problem !== undefined) again(turnId, turn);
  };
  return {
    send: (message) => ask(message, newestTurnId(branch)),
    regenerate(turn) {
      const { turnId, key, request } = turn;
      // A message without a turn id may have arrived after all: its old key prevents a second turn.
      if (turnId === undefined) {
        if (request !== undefined) void startTurn(request, { key, ...questionOf(turn) });
      } else if (turn.problem === undefined) again(turnId, turn);
      else void againIfFailed(turnId, turn);
    },
    continueAnswer(turn) {
      const { turnId = '', answer } = turn;
      const { content, indexes } = answer;
      const next = { key: newKey(), ...questionOf(turn), answer: { content, indexes } };
      void startTurn({ type: 'continue', turnId }, next);
    },
    edit: ({ parentId, attachments }, text) => ask({ text, attachments }, parentId),
    decide(turn, decisions) {
      const { turnId = '', answer } = turn;
      // Until the stream repeats it, the answer goes on with the calls that were decided on.
      const content = answer.content.filter(({ type }) => type !== 'approval');
      const begun = { content, indexes: content.map((_, index) => index) };
      const next = { key: newKey(), ...questionOf(turn), answer: begun };
      void startTurn({ type: 'approve', turnId, decisions }, next);
    },
    rate: (turn, rating) => rateTurn(options, turn, rating),
    showBranch: (turn) =>
      update((before) => ({ ...before, lastKey: newestDescendant(before.turns, turn).key })),
  };
}

/** Shows a rating at once, and takes it back if it cannot be stored. */
async function rateTurn(
  { conversationId, update }: TurnActionsOptions,
  { key, turnId, rating: before }: TurnView,
  rating: Rating | undefined,
): Promise<void> {
  if (conversationId === undefined || turnId === undefined) return;
  const show = (shown: Rating | undefined): void =>
    update((state) => withTurnChanges(state, key, { rating: shown }));
  show(rating);
  try {
    await storeRating(conversationId, turnId, rating);
  } catch (error) {
    show(before);
    throw error;
  }
}

function questionOf({
  question,
  parentId,
  attachments,
}: TurnView): Pick<TurnView, 'question' | 'parentId' | 'attachments'> {
  return { question, parentId, ...(attachments === undefined ? {} : { attachments }) };
}

/** Returns the id of the newest turn that the server has accepted. */
function newestTurnId(turns: readonly TurnView[]): string | null {
  return turns.findLast(({ turnId }) => turnId !== undefined)?.turnId ?? null;
}

function newKey(): string {
  return crypto.randomUUID();
}
