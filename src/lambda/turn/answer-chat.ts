import { ChatError } from '#domain/errors.ts';
import type { TurnPorts } from '#domain/turn/open-turn.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { createTurnLog } from '#lambda/turn/log-turn.ts';
import { toTurnRequest, type ChatPolicy } from '#lambda/turn/turn-request.ts';
import { acceptedFormat, toTurnResponse } from '#lambda/turn/turn-response.ts';
import { parseChatRequest } from '#protocol/turn/chat-request.ts';

/** Chat requests are at most this many bytes; an unmodified `useChat` sends its whole history. */
const maxBodyBytes = 1_048_576;

/** Answers a chat request with one turn, in the format it asks for. */
export async function answerTurn(
  ports: TurnPorts,
  policy: ChatPolicy,
  { request, invocation }: { request: HttpRequest; invocation: Invocation },
): Promise<HttpResponse> {
  assertChatDoor(request);
  const owner = ownerOf(request.caller, policy.allowAnonymous);
  const chat = parseChatRequest(request.body);
  const turn = toTurnRequest(chat, {
    owner,
    policy,
    invocation,
    isAnonymous: request.caller.type === 'anonymous',
    idempotencyKey: request.headers['idempotency-key'],
    nowMs: ports.clock.now(),
  });
  // From here on the turn runs whether or not anybody reads it.
  const { events, ended } = runDetached(runTurn(ports, turn));
  const { requestId } = invocation;
  return toTurnResponse(events, {
    requestId,
    ended,
    format: chat.format ?? acceptedFormat(request.headers['accept']) ?? policy.defaultFormat,
    log: createTurnLog(turn, requestId),
    ...(chat.question.type === 'approve' && chat.question.goesOn === true
      ? { decided: chat.question.decisions.map(({ toolUseId }) => toolUseId) }
      : {}),
  });
}

const chatPaths: ReadonlySet<string> = new Set(['/', '/chat', '/chat/stream']);

function assertChatDoor({ method, path, body }: HttpRequest): void {
  if (!chatPaths.has(path) || method !== 'POST') {
    throw new ChatError(
      'not_found',
      'Nothing is here. A chat is a POST to /chat, or to / of its own URL.',
    );
  }
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw new ChatError('too_large', `The body must be at most ${maxBodyBytes} bytes.`);
  }
}
