import { toTurnAnswer, toTurnStart } from '#protocol/turn/turn-json.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { accumulate, emptyAnswer } from '#domain/conversation/accumulate.ts';
import type { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { HttpResponse } from '#lambda/runtime/http.ts';
import { problemResponse } from '#lambda/runtime/problem-response.ts';
import type { TurnLog } from '#lambda/turn/log-turn.ts';
import type { TurnFormat } from '#protocol/turn/chat-options.ts';
import { goingOn, resumed } from '#protocol/turn/cursor.ts';
import { createDataEncoding } from '#protocol/turn/data-stream.ts';
import type { TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import { createPlainTextEncoding } from '#protocol/turn/plain-text.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';

const acceptedTypes: Readonly<Record<string, TurnFormat>> = {
  'text/event-stream': 'ui',
  'text/plain': 'text',
  'application/json': 'json',
};

/**
 * The format of the media type among ours that is wanted most (RFC 9110, 12.5.1); of those wanted
 * alike, of the first.
 */
export function acceptedFormat(accept = ''): TurnFormat | undefined {
  const wanted = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/iu.test(parameter))?.slice(2) ?? '1';
    const format = acceptedTypes[type.toLowerCase()];
    return format === undefined || Number(weight) === 0 ? [] : [{ format, weight: Number(weight) }];
  });
  return wanted.toSorted((one, other) => other.weight - one.weight)[0]?.format;
}

export interface ResponseSettings {
  readonly requestId: string;
  readonly format: TurnFormat;
  /** What goes on beside the response. */
  readonly ended?: Promise<void>;
  readonly log?: TurnLog;
  /** How many characters of the answer the reader has already. */
  readonly after?: number;
  /** The calls on which the reader has decided, who has the answer up to them. */
  readonly decided?: readonly string[];
}

/** A turn as the response to a request. Throws what kept the turn from beginning. */
export async function toTurnResponse(
  turn: AsyncGenerator<TurnEvent>,
  settings: ResponseSettings,
): Promise<HttpResponse> {
  const { requestId, ended } = settings;
  const opened = await openTurnEvents(logged(turn, settings.log));
  const headers = { ...turnHeaders(opened.begun), 'x-request-id': requestId };
  const response = await respond(opened, settings, headers);
  return { ...response, ...(ended === undefined ? {} : { ended }) };
}

async function respond(
  { events, failure }: OpenedTurn,
  { requestId, format, after = 0, decided }: ResponseSettings,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  if (failure !== undefined) return problemResponse(failure, requestId, headers);
  if (format === 'json') return collectTurn(events, requestId, headers);
  const encoding =
    decided !== undefined && format === 'ui'
      ? goingOn(createUiEncoding(requestId, { goesOn: true }), decided)
      : resumed(createEncoding(format, requestId), after);
  return {
    status: 200,
    headers: { ...encoding.headers, 'content-type': encoding.contentType, ...headers },
    body: encodeTurn(events, encoding),
    ...(encoding.ping === undefined ? {} : { ping: encoding.ping }),
  };
}

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
  /** What was heard before the response could begin. */
  readonly begun: readonly TurnEvent[];
  /** The whole turn, that included. */
  readonly events: AsyncIterable<TurnEvent>;
  /** Why the model never began: time for an HTTP status, and nothing to stream. */
  readonly failure?: ChatError;
}

/** Waits for the model's first word, because a status cannot be taken back. */
export async function openTurnEvents(turn: AsyncGenerator<TurnEvent>): Promise<OpenedTurn> {
  const begun: TurnEvent[] = [];
  for (;;) {
    const { done, value } = await turn.next();
    if (done === true) return { begun, events: prepended(begun, turn) };
    begun.push(value);
    if (value.type === 'turn-start') continue;
    if (value.type !== 'error') return { begun, events: prepended(begun, turn) };
    return { begun, events: turn, failure: value.error };
  }
}

async function* prepended(
  begun: readonly TurnEvent[],
  turn: AsyncIterable<TurnEvent>,
): AsyncGenerator<TurnEvent, void, undefined> {
  yield* begun;
  yield* turn;
}

export async function* logged(
  turn: AsyncIterable<TurnEvent>,
  log: TurnLog | undefined,
): AsyncGenerator<TurnEvent, void, undefined> {
  for await (const event of turn) {
    log?.event(event);
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

export async function* encodeTurn(
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
  let cost: Cost | undefined;
  for await (const event of events) {
    if (event.type === 'error') return problemResponse(event.error, requestId, headers);
    if (event.type === 'turn-stop') ({ cost } = event);
    else if (event.type === 'turn-start') body = toTurnStart(event);
    else answer = accumulate(answer, event);
  }
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ ...body, ...toTurnAnswer(answer, cost) }),
  };
}
