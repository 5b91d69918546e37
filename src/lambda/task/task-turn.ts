import { ChatError } from '#domain/errors.ts';
import type { TurnRequest } from '#domain/turn/open-turn.ts';
import { userMessage } from '#domain/conversation/message.ts';
import { taskConversation, type Task } from '#domain/task/task.ts';
import type { Invocation } from '#lambda/runtime/http.ts';
import { toTurnRequest, type ChatPolicy } from '#lambda/turn/turn-request.ts';
import type { ChatRequest } from '#protocol/turn/chat-request.ts';
import { parseTaskRequest } from '#protocol/task/task-request.ts';

export interface TaskContext {
  readonly policy: ChatPolicy;
  readonly invocation: Invocation;
  readonly nowMs: number;
}

/**
 * The turn that a task asks for. Whoever asks for the same attempt of the same task asks for the
 * same turn. Throws `invalid_request` where the policy does not let it.
 */
export function toTaskTurn(task: Task, attempt: number, context: TaskContext): TurnRequest {
  const { chat } = parseTaskRequest(task.request);
  const { owner, expiresAtMs } = task;
  const { conversationId } = taskConversation(task);
  const turn = toTurnRequest(chat, { ...context, owner, isAnonymous: false });
  return {
    ...turn,
    // Nothing goes before it, not even an attempt whose worker died.
    asked: { type: 'edit', question: userMessage(promptOf(chat)), parentId: null },
    conversation: { conversationId, mode: 'either', expiresAtMs },
    // A task's id may come again after it was forgotten; its turns are forgotten later.
    idempotency: {
      key: `attempt-${task.createdAtMs}-${attempt}`,
      fingerprint: task.fingerprint,
    },
  };
}

function promptOf({ question }: ChatRequest): string {
  if (question.type === 'message') return question.text;
  throw new ChatError('invalid_request', 'prompt: is required');
}
