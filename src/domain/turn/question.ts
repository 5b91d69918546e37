import { turnIsRunning, unknownTurn } from '#domain/conversation/conversation-errors.ts';
import { readSentFiles } from '#domain/conversation/attached-files.ts';
import type { AttachedFile, Attachments } from '#domain/conversation/attachment.ts';
import { splitText } from '#domain/text.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { invalidRequest } from '#domain/errors.ts';
import { findTurn } from '#domain/turn/history.ts';
import {
  lastQuestion,
  messageText,
  userMessage,
  type Message,
  type PromptMessage,
} from '#domain/conversation/message.ts';
import type { PendingAnswer } from '#domain/model/model.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';
import { approvalRequired, type Decision } from '#domain/model/tools.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** What a turn answers. The types that name an earlier turn start a branch. */
export type TurnInput =
  | { readonly type: 'message'; readonly question: Message; readonly attachmentIds?: Ids }
  /** A whole exchange that the caller stores; its last user message is the question. */
  | { readonly type: 'exchange'; readonly messages: readonly PromptMessage[] }
  /** A message after another turn than the latest; `null` starts the conversation over. */
  | {
      readonly type: 'edit';
      readonly question: Message;
      readonly parentId: string | null;
      readonly attachmentIds?: Ids;
    }
  /** Another answer to the question of a turn; of the latest one if none is named. */
  | {
      readonly type: 'regenerate';
      readonly turnId?: string | undefined;
      /** The question if there is no such turn, or it asked something else. */
      readonly question?: Message | undefined;
    }
  /** The rest of an answer that waited for approval. */
  | {
      readonly type: 'approve';
      readonly turnId: string;
      readonly decisions: readonly Decision[];
    }
  /** The rest of an answer that was cut off. */
  | { readonly type: 'continue'; readonly turnId: string };

/** The files that a message is sent with. They become part of it once they have been read. */
type Ids = readonly string[] | undefined;

export interface Question {
  readonly question: Message;
  /** Files of the question that have already been read. */
  readonly files?: readonly AttachedFile[];
  /** As in `NewTurn`. */
  readonly parentId?: string | null;
  /** The messages for the model, instead of a history and the question. */
  readonly messages?: readonly PromptMessage[];
  /** The beginning of the answer, from an earlier turn. */
  readonly answerSoFar?: string;
  readonly pending?: PendingAnswer;
}

/**
 * Returns the question of a turn after reading its files and the earlier turn it refers to. Throws
 * `not_found` if there is no such file or turn, `conflict` if the turn is still live.
 */
export async function toQuestion(
  ports: StoragePorts & { readonly attachments: Attachments },
  key: ConversationKey,
  input: TurnInput,
): Promise<Question> {
  switch (input.type) {
    case 'message':
      return withSentFiles(ports.attachments, key, input);
    case 'exchange':
      return fromExchange(input.messages);
    case 'edit': {
      const { parentId } = input;
      if (parentId !== null) await requireTurn(ports, key, parentId);
      return { ...(await withSentFiles(ports.attachments, key, input)), parentId };
    }
    case 'regenerate':
      return toRegenerated(ports, key, input);
    case 'approve': {
      const turn = await requireTurn(ports, key, input.turnId);
      assertDecided(turn, input.decisions);
      const { content } = turn.answer;
      return { ...branchOf(turn), pending: { content, decisions: input.decisions } };
    }
    case 'continue': {
      const turn = await requireTurn(ports, key, input.turnId);
      if (turn.state === 'complete' && turn.stopReason !== 'max_tokens') {
        throw invalidRequest('continue_turn_id', 'this answer is complete');
      }
      return { ...branchOf(turn), answerSoFar: messageText(turn.answer).trimEnd() };
    }
  }
}

async function withSentFiles(
  attachments: Attachments,
  key: ConversationKey,
  { question, attachmentIds = [] }: Extract<TurnInput, { type: 'message' | 'edit' }>,
): Promise<Question> {
  if (attachmentIds.length === 0) return { question };
  const files = await readSentFiles(attachments, key, attachmentIds);
  const blocks = files.map(({ attachment }) => attachment);
  return { question: { ...question, content: [...blocks, ...question.content] }, files };
}

/** Throws `invalid_request` unless there is exactly one decision for each waiting call. */
function assertDecided({ answer, stopReason }: Turn, decisions: readonly Decision[]): void {
  if (stopReason !== approvalRequired) {
    throw invalidRequest('approve_turn_id', 'no call of this turn waits for approval');
  }
  const waiting = answer.content.flatMap((block) =>
    block.type === 'approval' ? [block.toolUseId] : [],
  );
  const ids = decisions.map(({ toolUseId }) => toolUseId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw invalidRequest('approvals', `must not name ${twice} twice`);
  const other = ids.find((id) => !waiting.includes(id));
  if (other !== undefined) {
    throw invalidRequest('approvals', `${other} does not wait for approval in this turn`);
  }
  const decided = new Set(ids);
  const open = waiting.find((id) => !decided.has(id));
  if (open !== undefined) throw invalidRequest('approvals', `must decide on ${open}`);
}

/** Returns the question of an exchange. What is stored is the beginning of its last user message. */
export function fromExchange(messages: readonly PromptMessage[]): Question {
  const [question] = splitText(lastQuestion(messages), maxStoredCharacters);
  return { question: userMessage(question), messages };
}

/** The maximum length of a message in a conversation. */
const maxStoredCharacters = 32_000;

async function toRegenerated(
  ports: StoragePorts,
  key: ConversationKey,
  { turnId, question }: Extract<TurnInput, { type: 'regenerate' }>,
): Promise<Question> {
  if (question === undefined) return branchOf(await requireTurn(ports, key, turnId));
  const turn = await findEnded(ports, key, turnId);
  const isSame = turn !== undefined && messageText(turn.question) === messageText(question);
  return isSame ? branchOf(turn) : { question };
}

function branchOf({ question, parentId }: Turn): Question {
  return { question, parentId: parentId ?? null };
}

async function requireTurn(
  ports: StoragePorts,
  key: ConversationKey,
  turnId: string | undefined,
): Promise<Turn> {
  const turn = await findEnded(ports, key, turnId);
  if (turn === undefined) throw unknownTurn();
  return turn;
}

/** Returns a turn by its id, or the latest one. Throws `conflict` if it is still live. */
async function findEnded(
  ports: StoragePorts,
  key: ConversationKey,
  turnId: string | undefined,
): Promise<Turn | undefined> {
  const conversation = await findConversation(ports, key);
  const id = turnId ?? conversation?.headId;
  if (conversation === undefined || id === undefined) return undefined;
  const { liveTurn } = conversation;
  if (liveTurn?.turnId === id) throw turnIsRunning(liveTurn);
  return findTurn(ports.conversations, key, id);
}
