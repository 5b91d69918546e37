import { accumulate, emptyAnswer } from '#domain/conversation/accumulate.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import type { TurnPorts } from '#domain/turn/open-turn.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { describeCause, logError } from '#lambda/runtime/log.ts';
import { createTurnLog } from '#lambda/turn/log-turn.ts';
import { offeredModels, toTurnRequest, type ChatPolicy } from '#lambda/turn/turn-request.ts';
import { encodeTurn, logged, openTurnEvents, turnHeaders } from '#lambda/turn/turn-response.ts';
import {
  completionId,
  createCompletionEncoding,
  toCompletion,
  toOpenAiError,
} from '#protocol/openai/openai-chat.ts';
import { parseOpenAiRequest } from '#protocol/openai/openai-request.ts';
import { toProblem } from '#protocol/http/problem.ts';

/** Answers `POST /v1/chat/completions` and `GET /v1/models`, of one or all, as OpenAI's clients expect. */
export async function answerOpenAi(
  ports: TurnPorts,
  policy: ChatPolicy,
  { request, invocation }: { readonly request: HttpRequest; readonly invocation: Invocation },
): Promise<HttpResponse> {
  try {
    const { method, path } = request;
    const headers = { 'x-request-id': invocation.requestId };
    const models = offeredModels(policy).map(toModel);
    if (method === 'GET' && path === '/v1/models') {
      return toJson({ object: 'list', data: models }, headers);
    }
    if (method === 'GET' && path.startsWith('/v1/models/')) {
      const id = decodeURIComponent(path.slice('/v1/models/'.length));
      const model = models.find((one) => one.id === id);
      return model === undefined ? noSuchModel(id, headers) : toJson(model, headers);
    }
    if (method === 'POST' && path === '/v1/chat/completions') {
      return await complete(ports, policy, { request, invocation });
    }
    throw new ChatError('not_found', 'Nothing is here.');
  } catch (error) {
    return refusal(toChatError(error), invocation.requestId);
  }
}

function toModel(id: string) {
  return { id, object: 'model', created: 0, owned_by: 'bedrock' };
}

/** OpenAI's own words: clients take another model when they read this code. */
function noSuchModel(id: string, headers: Readonly<Record<string, string>>): HttpResponse {
  const message = `The model \`${id}\` does not exist or you do not have access to it.`;
  const error = { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' };
  return { ...toJson({ error }, headers), status: 404 };
}

async function complete(
  ports: TurnPorts,
  policy: ChatPolicy,
  { request, invocation }: { readonly request: HttpRequest; readonly invocation: Invocation },
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, policy.allowAnonymous);
  const { chat, isStreamed, includesUsage } = parseOpenAiRequest(request.body);
  const nowMs = ports.clock.now();
  const { requestId } = invocation;
  const { modelId = '' } = chat;
  if (!offeredModels(policy).includes(modelId)) {
    return noSuchModel(modelId, { 'x-request-id': requestId });
  }
  const turn = toTurnRequest(chat, {
    owner,
    policy,
    invocation,
    nowMs,
    isAnonymous: request.caller.type === 'anonymous',
    idempotencyKey: request.headers['idempotency-key'],
  });
  const { events: told, ended } = runDetached(runTurn(ports, turn));
  const opened = await openTurnEvents(logged(told, createTurnLog(turn, requestId)));
  const headers = { ...turnHeaders(opened.begun), 'x-request-id': requestId };
  if (opened.failure !== undefined) {
    return { ...refusal(opened.failure, requestId, headers), ended };
  }
  if (!isStreamed) return { ...(await whole(opened.events, nowMs, headers)), ended };
  const encoding = createCompletionEncoding(nowMs, { includesUsage });
  return {
    status: 200,
    headers: { ...encoding.headers, 'content-type': encoding.contentType, ...headers },
    body: encodeTurn(opened.events, encoding),
    ended,
    ...(encoding.ping === undefined ? {} : { ping: encoding.ping }),
  };
}

async function whole(
  events: AsyncIterable<TurnEvent>,
  createdMs: number,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  let answer = emptyAnswer;
  let [id, model] = ['', ''];
  for await (const event of events) {
    if (event.type === 'error') {
      return refusal(event.error, headers['x-request-id'] ?? '', headers);
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

function toJson(body: object, headers: Readonly<Record<string, string>>): HttpResponse {
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

function refusal(
  error: ChatError,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const { status } = toProblem(error, requestId);
  const { code, retryAfterSeconds } = error;
  if (status >= 500) logError('request failed', { requestId, code, cause: describeCause(error) });
  const retry = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return {
    ...toJson(toOpenAiError(error), { ...headers, ...retry, 'x-request-id': requestId }),
    status,
  };
}
