import type { TurnFormat } from '#protocol/turn/turn-encoding.ts';
import { ownerOf } from '#domain/identity.ts';
import { ChatError } from '#domain/errors.ts';
import type { ChatPolicy } from '#domain/chat/chat-request.ts';
import { planTurn } from '#domain/chat/plan-turn.ts';
import type { TurnRoute } from '#domain/metrics/metric-names.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { ids } from '#api/http/ids.ts';
import { createRouter } from '#api/http/router.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { acceptedFormat, toTurnResponse } from '#api/turn/turn-response.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { parseChatRequest } from '#protocol/chat/chat-request.ts';

/** The maximum size of a chat request. An unmodified `useChat` sends its whole history. */
const maxBodyBytes = 1_048_576;

export interface ChatSettings extends ChatPolicy {
  /** For requests that name no format, or accept any. */
  readonly defaultFormat: TurnFormat;
}

interface ChatContext {
  readonly ports: TurnPorts;
  readonly settings: ChatSettings;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

/** A Function URL has no paths of its own, so it accepts its root. */
type ChatRoute = RoutesOf<'chat' | 'chat-buffered'> | 'POST /';

const answerRoute = createRouter<ChatRoute, ChatContext, HttpResponse>({
  'POST /': (context) => runChat(context, 'POST /chat/stream'),
  'POST /chat': (context) => runChat(context, 'POST /chat'),
  'POST /chat/stream': (context) => runChat(context, 'POST /chat/stream'),
});

/** Answers a chat request with one turn, in the requested format. */
export function answerChat(
  ports: TurnPorts,
  settings: ChatSettings,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  return answerRoute(request, { ports, settings, request, invocation });
}

async function runChat(
  { ports, settings, ...context }: ChatContext,
  route: TurnRoute,
): Promise<HttpResponse> {
  const { request, invocation } = context;
  const { caller, headers, body } = request;
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw new ChatError('too_large', `The body must be at most ${maxBodyBytes} bytes.`);
  }
  const owner = ownerOf(caller, settings.allowAnonymous);
  const { chat, format } = parseChatRequest(body);
  const planned = planTurn({ ...ports, ids }, settings, chat, {
    owner,
    isAnonymous: caller.type === 'anonymous',
    idempotencyKey: headers['idempotency-key'],
    signal: invocation.signal,
    endsAtMs: invocation.endsAtMs,
  });
  const turn = loggedTurn(planned, { route, invocation });
  // From here on the turn runs whether or not a reader is connected.
  const { events, ended } = runDetached(runTurn(ports, turn));
  const { requestId } = invocation;
  const { question } = chat;
  return toTurnResponse(events, {
    requestId,
    ended,
    format: format ?? acceptedFormat(headers['accept']) ?? settings.defaultFormat,
    decidedCalls:
      question.type === 'approve' && question.continues === true
        ? question.decisions.map(({ toolUseId }) => toolUseId)
        : undefined,
  });
}
