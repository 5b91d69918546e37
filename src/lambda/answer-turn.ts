import { accumulate, emptyAnswer } from '#domain/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import { runTurn, type TurnPorts, type TurnRequest } from '#domain/run-turn.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
import { ownerOf } from '#lambda/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/http.ts';
import { problemResponse } from '#lambda/problem-response.ts';
import { createTurnLog, type TurnLog } from '#lambda/turn-log.ts';
import { toTurnRequest, type ChatPolicy } from '#lambda/turn-request.ts';
import { parseChatRequest, type TurnFormat } from '#protocol/chat-request.ts';
import { createDataEncoding } from '#protocol/data-stream.ts';
import type { TurnEncoding } from '#protocol/encode-turn.ts';
import { createPlainTextEncoding } from '#protocol/plain-text.ts';
import { toTurnAnswer, toTurnStart } from '#protocol/turn-json.ts';
import { createUiEncoding } from '#protocol/ui-message-stream.ts';

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
  const format = chat.format ?? acceptedFormat(request.headers['accept']) ?? policy.defaultFormat;
  const turn = toTurnRequest(chat, {
    owner,
    policy,
    invocation,
    isAnonymous: request.caller.type === 'anonymous',
    nowMs: ports.now(),
  });
  const log = createTurnLog(turn, invocation.requestId);
  const opened = await open(runTurn(ports, turn), log);
  const headers = { ...turnHeaders(turn), 'x-request-id': invocation.requestId };
  if (opened.failure !== undefined) {
    return problemResponse(opened.failure, invocation.requestId, headers);
  }
  if (format === 'json') return collectTurn(opened.events, invocation.requestId, headers);
  const encoding = createEncoding(format, invocation.requestId);
  return {
    status: 200,
    headers: { ...encoding.headers, 'content-type': encoding.contentType, ...headers },
    body: encodeTurn(opened.events, encoding),
    ...(encoding.ping === undefined ? {} : { ping: encoding.ping }),
  };
}

const chatPaths: ReadonlySet<string> = new Set(['/', '/chat', '/chat/stream']);

function assertChatDoor({ method, path, body }: HttpRequest): void {
  if (!chatPaths.has(path) || method !== 'POST') {
    throw new ChatError('not_found', 'Nothing is here. A chat is a POST to /chat.');
  }
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw new ChatError('too_large', `The body must be at most ${maxBodyBytes} bytes.`);
  }
}

const acceptedTypes: Readonly<Record<string, TurnFormat>> = {
  'text/event-stream': 'ui',
  'text/plain': 'text',
  'application/json': 'json',
};

/** The format of the first media type that is one of ours, in the order of the header. */
function acceptedFormat(accept = ''): TurnFormat | undefined {
  const types = accept.split(',').map((type) => type.split(';')[0]?.trim() ?? '');
  return types.map((type) => acceptedTypes[type]).find((format) => format !== undefined);
}

function turnHeaders({ turnId, conversation }: TurnRequest): Record<string, string> {
  const header = { 'x-streambed-turn-id': turnId };
  if (conversation === undefined) return header;
  return { ...header, 'x-streambed-conversation-id': conversation.conversationId };
}

interface OpenedTurn {
  readonly events: AsyncIterable<TurnEvent>;
  /** Why the model never began: time for an HTTP status, and nothing to stream. */
  readonly failure?: ChatError;
}

/** Waits for the model's first word, because a status cannot be taken back. */
async function open(turn: AsyncGenerator<TurnEvent>, log: TurnLog): Promise<OpenedTurn> {
  const begun: TurnEvent[] = [];
  for (;;) {
    const { done, value } = await turn.next();
    if (done === true) return { events: prepended(begun, turn, log) };
    begun.push(value);
    if (value.type === 'turn-start') continue;
    if (value.type !== 'error') return { events: prepended(begun, turn, log) };
    log.event(value);
    return { events: turn, failure: value.error };
  }
}

async function* prepended(
  begun: readonly TurnEvent[],
  turn: AsyncIterable<TurnEvent>,
  log: TurnLog,
): AsyncGenerator<TurnEvent, void, undefined> {
  for (const event of begun) {
    log.event(event);
    yield event;
  }
  for await (const event of turn) {
    log.event(event);
    yield event;
  }
}

function createEncoding(format: Exclude<TurnFormat, 'json'>, requestId: string): TurnEncoding {
  switch (format) {
    case 'ui':
      return createUiEncoding(requestId);
    case 'data':
      return createDataEncoding(requestId);
    case 'text':
      return createPlainTextEncoding();
  }
}

async function* encodeTurn(
  events: AsyncIterable<TurnEvent>,
  encoding: TurnEncoding,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield encoding.encode(event);
}

/** The whole turn in one piece; its status can still say that it failed. */
async function collectTurn(
  events: AsyncIterable<TurnEvent>,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  let answer = emptyAnswer;
  let body: Record<string, unknown> = {};
  for await (const event of events) {
    if (event.type === 'error') return problemResponse(event.error, requestId, headers);
    if (event.type === 'turn-stop') continue;
    if (event.type === 'turn-start') body = toTurnStart(event);
    else answer = accumulate(answer, event);
  }
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ ...body, ...toTurnAnswer(answer) }),
  };
}
