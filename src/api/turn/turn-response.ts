import { toTurnAnswer, toTurnStart } from '#protocol/turn/turn-json.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import type { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { HttpResponse } from '#api/http/http.ts';
import { problemResponse } from '#api/http/problem-response.ts';
import { continueAfterCalls, resumeAfter } from '#protocol/turn/cursor.ts';
import { createDataEncoding } from '#protocol/turn/data-stream.ts';
import { joinToolInput } from '#protocol/turn/join-tool-input.ts';
import type { TurnEncoding, TurnFormat } from '#protocol/turn/turn-encoding.ts';
import { createPlainTextEncoding } from '#protocol/turn/plain-text.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';

const acceptedTypes: Readonly<Record<string, TurnFormat>> = {
  'text/event-stream': 'ui',
  'text/plain': 'text',
  'application/json': 'json',
};

/**
 * Returns the format of the supported media type with the highest weight (RFC 9110, 12.5.1), the
 * first among equals; undefined if none is accepted.
 */
export function acceptedFormat(accept = ''): TurnFormat | undefined {
  const accepted = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/iu.test(parameter))?.slice(2) ?? '1';
    const format = acceptedTypes[type.toLowerCase()];
    return format === undefined || Number(weight) === 0 ? [] : [{ format, weight: Number(weight) }];
  });
  return accepted.toSorted((a, b) => b.weight - a.weight)[0]?.format;
}

export interface ResponseSettings {
  readonly requestId: string;
  readonly format: TurnFormat;
  /** Resolves when the turn is over. */
  readonly ended?: Promise<void> | undefined;
  /** How many characters of the answer the reader already has. */
  readonly after?: number | undefined;
  /** The calls that the reader has decided on. The reader has the answer up to them. */
  readonly decidedCalls?: readonly string[] | undefined;
  /** Returns the JSON of a whole answer, if it is not that of a chat. */
  readonly toJson?: ((answer: Answer) => string) | undefined;
}

/** Returns the response with a turn. Throws the error that kept the turn from beginning. */
export async function toTurnResponse(
  turn: AsyncGenerator<TurnEvent>,
  settings: ResponseSettings,
): Promise<HttpResponse> {
  const { requestId, ended } = settings;
  const opened = await openTurnEvents(turn);
  const headers = { ...turnHeaders(opened.begun), 'x-request-id': requestId };
  return { ...(await respond(opened, settings, headers)), ended };
}

async function respond(
  { events, failure }: OpenedTurn,
  { requestId, format, after = 0, decidedCalls, toJson }: ResponseSettings,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  if (failure !== undefined) return problemResponse(failure, requestId, headers);
  if (format === 'json') return collectTurn(events, { requestId, toJson }, headers);
  const encoding = joinToolInput(
    decidedCalls !== undefined && format === 'ui'
      ? continueAfterCalls(createUiEncoding(requestId, { isContinued: true }), decidedCalls)
      : resumeAfter(createEncoding(format, requestId), after),
  );
  return {
    status: 200,
    headers: { ...encoding.headers, 'content-type': encoding.contentType, ...headers },
    body: encodeTurn(events, encoding),
    ping: encoding.ping,
  };
}

/** Returns the response headers that name the turn and its conversation. */
export function turnHeaders(begun: readonly TurnEvent[]): Record<string, string> {
  const start = begun.find((event) => event.type === 'turn-start');
  return {
    ...(start === undefined ? {} : { 'x-streambed-turn-id': start.turnId }),
    ...(start?.conversationId === undefined
      ? {}
      : { 'x-streambed-conversation-id': start.conversationId }),
  };
}

interface OpenedTurn {
  /** The events that were read before the response could begin. */
  readonly begun: readonly TurnEvent[];
  /** All events of the turn, including those. */
  readonly events: AsyncIterable<TurnEvent>;
  /** Why the model did not begin. It becomes an HTTP status, and nothing is streamed. */
  readonly failure?: ChatError;
}

/** Waits for the model's first event, because a status cannot be changed later. */
export async function openTurnEvents(turn: AsyncGenerator<TurnEvent>): Promise<OpenedTurn> {
  const begun: TurnEvent[] = [];
  for (;;) {
    const { done, value } = await turn.next();
    if (done === true) return { begun, events: prepend(begun, turn) };
    begun.push(value);
    if (value.type === 'turn-start') continue;
    if (value.type !== 'error') return { begun, events: prepend(begun, turn) };
    return { begun, events: turn, failure: value.error };
  }
}

/** Hands the turn on as it is, because each generator around it costs time for every token. */
function prepend(
  begun: readonly TurnEvent[],
  turn: AsyncGenerator<TurnEvent>,
): AsyncIterable<TurnEvent> {
  const waiting = begun.values();
  const next = async (): Promise<IteratorResult<TurnEvent>> => {
    const { done, value } = waiting.next();
    return done === true ? turn.next() : { done: false, value };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: () => turn.return(undefined) }) };
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

/** Returns the text of a turn in an encoding. */
export async function* encodeTurn(
  events: AsyncIterable<TurnEvent>,
  encoding: TurnEncoding,
): AsyncGenerator<string, void, undefined> {
  for await (const event of events) yield encoding.encode(event);
}

/** Returns the whole turn in one piece. Its status can still be that of an error. */
async function collectTurn(
  events: AsyncIterable<TurnEvent>,
  { requestId, toJson }: Pick<ResponseSettings, 'requestId' | 'toJson'>,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  let answer = emptyAnswer;
  let start: ReturnType<typeof toTurnStart> | undefined;
  let cost: Cost | undefined;
  for await (const event of events) {
    if (event.type === 'error') return problemResponse(event.error, requestId, headers);
    if (event.type === 'turn-stop') ({ cost } = event);
    else if (event.type === 'turn-start') start = toTurnStart(event);
    else answer = accumulate(answer, event);
  }
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: toJson?.(answer) ?? JSON.stringify({ ...start, ...toTurnAnswer(answer, cost) }),
  };
}
