import { userMessage } from '#domain/conversation/message.ts';
import { invalidRequest } from '#domain/errors.ts';
import { taskConversation, type Task } from '#domain/task/task.ts';
import type { ChatPolicy, ChatRequest } from '#domain/chat/chat-request.ts';
import { planTurn, type PlanPorts } from '#domain/chat/plan-turn.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import type { Invocation } from '#api/http/http.ts';
import { ids } from '#api/http/ids.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { parseTaskRequest } from '#protocol/task/task-request.ts';

/**
 * Returns the turn of a task. The same attempt of the same task is always the same turn. Throws
 * `invalid_request` if the policy does not allow it.
 */
export function toTaskTurn(
  ports: Omit<PlanPorts, 'ids'>,
  policy: ChatPolicy,
  task: Task,
  attempt: { readonly number: number; readonly invocation: Invocation },
): TurnRequest {
  const { chat } = parseTaskRequest(task.request);
  const { owner, expiresAtMs } = task;
  const { conversationId } = taskConversation(task);
  const { number, invocation } = attempt;
  const { signal, endsAtMs } = invocation;
  const context = { owner, isAnonymous: false, signal, endsAtMs };
  const turn: TurnRequest = {
    ...planTurn({ ...ports, ids }, policy, chat, context),
    // Always the first turn, even after an attempt whose worker crashed.
    input: { type: 'edit', question: userMessage(promptOf(chat)), parentId: null },
    conversation: { conversationId, mode: 'either', expiresAtMs },
    // A task's id may be used again after it expired, and its turns expire later.
    idempotency: {
      key: `attempt-${task.createdAtMs}-${number}`,
      fingerprint: task.fingerprint,
    },
  };
  return loggedTurn(turn, { route: 'POST /tasks', invocation });
}

function promptOf({ question }: ChatRequest): string {
  if (question.type === 'message') return question.text;
  throw invalidRequest('prompt', 'is required');
}
