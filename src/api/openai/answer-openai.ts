import { accumulate, emptyAnswer } from '#domain/conversation/accumulate.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { toChatError, type ChatError } from '#domain/errors.ts';
import { ownerOf } from '#domain/identity.ts';
import type { ChatPolicy } from '#domain/chat/chat-request.ts';
import { offeredModels, planTurn } from '#domain/chat/plan-turn.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { ids } from '#api/http/ids.ts';
import { describeCause, logError } from '#api/log/log.ts';
import { createRouter } from '#api/http/router.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { encodeTurn, openTurnEvents, turnHeaders } from '#api/turn/turn-response.ts';
import { toProblem } from '#protocol/http/problem.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import {
  completionId,
  createCompletionEncoding,
  toCompletion,
  toOpenAiError,
} from '#protocol/openai/openai-chat.ts';
import { toModelJson, toModelListJson } from '#protocol/openai/openai-models.ts';
import { parseOpenAiRequest } from '#protocol/openai/openai-request.ts';

interface OpenAiContext {
  readonly ports: TurnPorts;
  readonly policy: ChatPolicy;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

const route = createRouter<RoutesOf<'openai'>, OpenAiContext, HttpResponse>({
  'POST /v1/chat/completions': complete,
  'GET /v1/models': async ({ policy, invocation }) =>
    toJson(toModelListJson(offeredModels(policy)), requestHeaders(invocation)),
  'GET /v1/models/{model}': async ({ policy, invocation }, { model }) => {
    const id = decodeURIComponent(model);
    const headers = requestHeaders(invocation);
    if (!offeredModels(policy).includes(id)) return modelNotFound(id, headers);
    return toJson(toModelJson(id), headers);
  },
});

/** Answers OpenAI's chat completions and models, with errors in OpenAI's format. Never throws. */
export async function answerOpenAi(
  ports: TurnPorts,
  policy: ChatPolicy,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  try {
    return await route(request, { ports, policy, request, invocation });
  } catch (error) {
    return toErrorResponse(toChatError(error), invocation.requestId);
  }
}

type Headers = Readonly<Record<string, string>>;

function requestHeaders({ requestId }: Invocation): Headers {
  return { 'x-request-id': requestId };
}

/** In OpenAI's own words: clients that read this code choose another model. */
function modelNotFound(id: string, headers: Headers): HttpResponse {
  const message = `The model \`${id}\` does not exist or you do not have access to it.`;
  const error = { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' };
  return { ...toJson({ error }, headers), status: 404 };
}

async function complete(context: OpenAiContext): Promise<HttpResponse> {
  const { ports, policy, request, invocation } = context;
  const owner = ownerOf(request.caller, policy.allowAnonymous);
  const { chat, isStreamed, includesUsage } = parseOpenAiRequest(request.body);
  const { requestId, signal, endsAtMs } = invocation;
  const { modelId = '' } = chat;
  if (!offeredModels(policy).includes(modelId)) {
    return modelNotFound(modelId, requestHeaders(invocation));
  }
  const createdMs = ports.clock.now();
  const planned = planTurn({ ...ports, ids }, policy, chat, {
    owner,
    isAnonymous: request.caller.type === 'anonymous',
    idempotencyKey: request.headers['idempotency-key'],
    signal,
    endsAtMs,
  });
  const turn = loggedTurn(planned, { route: 'POST /v1/chat/completions', invocation });
  const { events, ended } = runDetached(runTurn(ports, turn));
  const opened = await openTurnEvents(events);
  const headers = { ...turnHeaders(opened.begun), 'x-request-id': requestId };
  if (opened.failure !== undefined) {
    return { ...toErrorResponse(opened.failure, requestId, headers), ended };
  }
  if (!isStreamed) return { ...(await collect(opened.events, createdMs, headers)), ended };
  const encoding = createCompletionEncoding(createdMs, { includesUsage });
  return {
    status: 200,
    headers: { ...encoding.headers, 'content-type': encoding.contentType, ...headers },
    body: encodeTurn(opened.events, encoding),
    ended,
    ping: encoding.ping,
  };
}

async function collect(
  events: AsyncIterable<TurnEvent>,
  createdMs: number,
  headers: Headers,
): Promise<HttpResponse> {
  let answer = emptyAnswer;
  let [id, model] = ['', ''];
  for await (const event of events) {
    if (event.type === 'error') {
      return toErrorResponse(event.error, headers['x-request-id'] ?? '', headers);
    }
    if (event.type === 'turn-start') [id, model] = [completionId(event.turnId), event.modelId];
    if (event.type === 'message-start') model = event.modelId ?? model;
    if (event.type !== 'turn-start' && event.type !== 'turn-stop') {
      answer = accumulate(answer, event);
    }
  }
  const head = { id, model, created: Math.floor(createdMs / 1_000) };
  return toJson(toCompletion(head, answer), headers);
}

function toJson(body: object, headers: Headers): HttpResponse {
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

function toErrorResponse(error: ChatError, requestId: string, headers: Headers = {}): HttpResponse {
  const { status } = toProblem(error, requestId);
  const { code, retryAfterSeconds } = error;
  if (status >= 500) logError('request failed', { requestId, code, cause: describeCause(error) });
  const retry = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return {
    ...toJson(toOpenAiError(error), { ...headers, ...retry, 'x-request-id': requestId }),
    status,
  };
}
