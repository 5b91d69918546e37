import { turnIsRunning, unknownTurn } from '#domain/conversation/conversation-errors.ts';
import { cutText } from '#domain/text.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import { findTurn } from '#domain/turn/history.ts';
import {
  lastQuestion,
  messageText,
  userMessage,
  type Message,
  type PromptMessage,
} from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { findConversation, type StoragePorts } from '#domain/turn/recover-turn.ts';
import { approvalRequired, type Decision } from '#domain/model/tools.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** What a turn is to answer. All but the first form go back to a turn, and make a branch. */
export type TurnInput =
  | { readonly type: 'message'; readonly question: Message }
  /** A whole exchange, as its caller keeps it; its last words are the question. */
  | { readonly type: 'exchange'; readonly messages: readonly PromptMessage[] }
  /** A message after another turn than the last: `null` puts it at the conversation's beginning. */
  | { readonly type: 'edit'; readonly question: Message; readonly parentId: string | null }
  /** Another answer to the question of a turn; left out, of the last one. */
  | {
      readonly type: 'regenerate';
      readonly turnId?: string;
      /** What to ask where there is no such turn, or one that asked something else. */
      readonly question?: Message;
    }
  /** The rest of an answer that waits for a person, who has decided. */
  | {
      readonly type: 'approve';
      readonly turnId: string;
      readonly decisions: readonly Decision[];
    }
  /** The rest of an answer that was cut off. */
  | { readonly type: 'continue'; readonly turnId: string };

export interface Question {
  readonly question: Message;
  /** As `TurnBeginning` has it. */
  readonly parentId?: string | null;
  /** What the model is shown instead of a history and the question. */
  readonly messages?: readonly PromptMessage[];
  /** What the answer begins with, said before. */
  readonly answerSoFar?: string;
  /** As `ModelRequest` has it. */
  readonly pending?: ModelRequest['pending'];
}

/**
 * Reads what a question goes back to. Throws `not_found` for a turn that is not there, `conflict`
 * for one that has not ended.
 */
export async function toQuestion(
  ports: StoragePorts,
  key: ConversationKey,
  asked: TurnInput,
): Promise<Question> {
  switch (asked.type) {
    case 'message':
      return { question: asked.question };
    case 'exchange':
      return exchanged(asked.messages);
    case 'edit': {
      const { question, parentId } = asked;
      if (parentId !== null) await known(ports, key, parentId);
      return { question, parentId };
    }
    case 'regenerate':
      return regenerated(ports, key, asked);
    case 'approve': {
      const turn = await known(ports, key, asked.turnId);
      assertDecided(turn, asked.decisions);
      const { content } = turn.answer;
      return { ...branchOf(turn), pending: { content, decisions: asked.decisions } };
    }
    case 'continue': {
      const turn = await known(ports, key, asked.turnId);
      if (turn.state === 'complete' && turn.stopReason !== 'max_tokens') {
        throw new ChatError('invalid_request', 'continue_turn_id: this answer is complete');
      }
      return { ...branchOf(turn), answerSoFar: messageText(turn.answer).trimEnd() };
    }
  }
}

/** Throws `invalid_request` where a turn does not wait, or waits for more than was decided. */
function assertDecided({ answer, stopReason }: Turn, decisions: readonly Decision[]): void {
  if (stopReason !== approvalRequired) {
    throw new ChatError('invalid_request', 'approve_turn_id: nothing waits in this turn');
  }
  const waiting = answer.content.flatMap((block) =>
    block.type === 'approval' ? [block.toolUseId] : [],
  );
  const ids = decisions.map(({ toolUseId }) => toolUseId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new ChatError('invalid_request', `approvals: name ${twice} twice`);
  const other = ids.find((id) => !waiting.includes(id));
  if (other !== undefined) {
    throw new ChatError('invalid_request', `approvals: ${other} does not wait in this turn`);
  }
  const decided = new Set(ids);
  const open = waiting.find((id) => !decided.has(id));
  if (open !== undefined)
    throw new ChatError('invalid_request', `approvals: must decide on ${open}`);
}

/** What is kept of an exchange, where anything is, is what it was last asked, or its beginning. */
export function exchanged(messages: readonly PromptMessage[]): Question {
  const [question] = cutText(lastQuestion(messages), maxKept);
  return { question: userMessage(question), messages };
}

/** As much as a message of a conversation may have. */
const maxKept = 32_000;

async function regenerated(
  ports: StoragePorts,
  key: ConversationKey,
  { turnId, question }: Extract<TurnInput, { type: 'regenerate' }>,
): Promise<Question> {
  if (question === undefined) return branchOf(await known(ports, key, turnId));
  const turn = await find(ports, key, turnId);
  const isIt = turn !== undefined && messageText(turn.question) === messageText(question);
  return isIt ? branchOf(turn) : { question };
}

function branchOf({ question, parentId }: Turn): Question {
  return { question, parentId: parentId ?? null };
}

async function known(
  ports: StoragePorts,
  key: ConversationKey,
  turnId: string | undefined,
): Promise<Turn> {
  const turn = await find(ports, key, turnId);
  if (turn === undefined) throw unknownTurn();
  return turn;
}

/** A turn by its id, or the last one that began. Throws `conflict` for one that is at work. */
async function find(
  ports: StoragePorts,
  key: ConversationKey,
  turnId: string | undefined,
): Promise<Turn | undefined> {
  const found = await findConversation(ports, key);
  const id = turnId ?? found?.headId;
  if (found === undefined || id === undefined) return undefined;
  if (found.liveTurn?.turnId === id) throw turnIsRunning(found.liveTurn);
  return findTurn(ports.conversations, key, id);
}
