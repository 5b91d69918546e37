import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { logTime } from '#local/function-url/event.ts';
import type { WebSocketStage } from '#local/websocket-api/websocket-api-definition.ts';

/** What is known of a connection from its upgrade request on. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: WebSocketStage;
  readonly domainName: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly identity: { readonly userAgent?: string | undefined; readonly sourceIp: string };
  /** The authorizer's facts about the caller. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
}

/** One call of an integration. */
export interface RouteCall {
  readonly routeKey: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Event = Readonly<Record<string, unknown>>;

/** Returns an id in the form of those of API Gateway. */
export function newId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

/** Returns whether a text has the form of `newId`. */
export function isId(text: string): boolean {
  return /^[\w-]{15}=$/u.test(text);
}

/** Returns the event of `$connect`. */
export function toConnectEvent(
  facts: ConnectionFacts,
  call: RouteCall,
  request: IncomingMessage,
): Event {
  const context = contextOf(facts, call, { eventType: 'CONNECT' });
  return {
    ...headersOf(request, (name) => !/^(?:connection|upgrade)$/iu.test(name)),
    ...queryOf(request),
    ...variablesOf(facts),
    requestContext: context,
    isBase64Encoded: false,
  };
}

/** Returns the event of an authorizer, without its type and ARN. It has every header and map. */
export function toAuthorizerEvent(
  facts: ConnectionFacts,
  call: RouteCall,
  request: IncomingMessage,
): Event {
  return {
    ...headersOf(request, () => true),
    queryStringParameters: {},
    multiValueQueryStringParameters: {},
    ...queryOf(request),
    stageVariables: facts.stage.variables,
    requestContext: contextOf(facts, call, { eventType: 'CONNECT' }),
  };
}

/** Returns the event of a message. */
export function toMessageEvent(facts: ConnectionFacts, call: RouteCall, body: string): Event {
  const context = contextOf(facts, call, { messageId: newId(), eventType: 'MESSAGE' });
  return { ...variablesOf(facts), requestContext: context, body, isBase64Encoded: false };
}

/** Returns the event of `$disconnect`. */
export function toDisconnectEvent(
  facts: ConnectionFacts,
  call: RouteCall,
  close: { readonly code: number; readonly reason: string },
): Event {
  const headers = {
    Host: facts.domainName,
    'x-api-key': '',
    'X-Forwarded-For': '',
    'x-restapi': '',
  };
  const multiple = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  const context = contextOf(facts, call, {
    disconnectStatusCode: close.code,
    eventType: 'DISCONNECT',
    disconnectReason: close.reason === '' ? (unsaidReasons[close.code] ?? '') : close.reason,
  });
  return {
    headers,
    multiValueHeaders: Object.fromEntries(multiple),
    ...variablesOf(facts),
    requestContext: context,
    isBase64Encoded: false,
  };
}

/** The reasons of codes that no client sends. */
const unsaidReasons: Readonly<Record<number, string>> = {
  1005: 'Client-side close frame status not set',
  1006: 'Connection closed abnormally',
};

function contextOf(
  { stage, authorizer, ...facts }: ConnectionFacts,
  { routeKey, requestId, now }: RouteCall,
  own: Event,
): Event {
  return {
    routeKey,
    ...(authorizer === undefined ? {} : { authorizer }),
    ...own,
    extendedRequestId: requestId,
    requestTime: logTime(new Date(now)),
    messageDirection: 'IN',
    stage: stage.name,
    requestTimeEpoch: Math.trunc(now),
    requestId,
    ...facts,
  };
}

function variablesOf({ stage }: ConnectionFacts): Event {
  return Object.keys(stage.variables).length === 0 ? {} : { stageVariables: stage.variables };
}

/** Header names keep the spelling of the client. */
function headersOf(
  { rawHeaders, socket }: IncomingMessage,
  isPassed: (name: string) => boolean,
): Event {
  const all = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (isPassed(name)) all.set(name, [...(all.get(name) ?? []), value]);
  }
  all.set('X-Forwarded-For', ['127.0.0.1']);
  all.set('X-Forwarded-Port', [String(socket.localPort)]);
  all.set('X-Forwarded-Proto', ['http']);
  return {
    headers: Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(all),
  };
}

function queryOf({ url = '/' }: IncomingMessage): Event {
  const query = new URL(url, 'http://local').searchParams;
  const names = [...new Set(query.keys())];
  if (names.length === 0) return {};
  return {
    queryStringParameters: Object.fromEntries(
      names.map((name) => [name, query.getAll(name).at(-1)]),
    ),
    multiValueQueryStringParameters: Object.fromEntries(
      names.map((name) => [name, query.getAll(name)]),
    ),
  };
}
