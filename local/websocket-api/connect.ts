import type { IncomingMessage } from 'node:http';
import type { Functions } from '#local/lambda/functions.ts';
import type { HostedServices } from '#local/rest-api/integration/service-call.ts';
import type { Clock } from '#local/process/clock.ts';
import { authorize, type AuthorizationSettings } from '#local/websocket-api/authorize.ts';
import { integrate } from '#local/websocket-api/integration/integrate.ts';
import {
  newId,
  toAuthorizerEvent,
  toConnectEvent,
  type ConnectionFacts,
} from '#local/websocket-api/websocket-events.ts';
import type {
  WebSocketApiDefinition,
  WebSocketStage,
} from '#local/websocket-api/websocket-api-definition.ts';

export interface ConnectSettings extends AuthorizationSettings {
  readonly definition: WebSocketApiDefinition;
  readonly functions: Functions;
  readonly services: HostedServices;
  readonly clock: Clock;
}

export interface Refusal {
  readonly type: 'refused';
  readonly status: number;
  readonly message: string;
  readonly connectionId: string;
  readonly requestId: string;
}

export type ConnectResult =
  | {
      readonly type: 'accepted';
      readonly facts: ConnectionFacts;
      /** The subprotocol that `$connect` returned. */
      readonly protocol: string | undefined;
    }
  | Refusal;

/** Authorizes a request to connect and calls `$connect`, if the API has it. */
export async function connect(
  settings: ConnectSettings,
  request: IncomingMessage,
): Promise<ConnectResult> {
  const { definition, clock } = settings;
  const requestId = newId();
  const connectionId = newId();
  const refused = (status: number, message: string): Refusal => {
    return { type: 'refused', status, message, connectionId, requestId };
  };
  if (!isHandshake(request)) return refused(400, 'Bad Request');
  const stage = findStage(definition, request.url ?? '/');
  if (stage === undefined) return refused(403, 'Forbidden');
  const now = clock.now();
  const facts = factsOf(request, { apiId: definition.id, stage, connectionId, connectedAt: now });
  const route = definition.routes.get('$connect');
  if (route === undefined) return { type: 'accepted', facts, protocol: undefined };
  const call = { routeKey: '$connect', requestId, now };
  const verdict = await authorize(settings, route.authorization, {
    request,
    stage,
    apiId: definition.id,
    event: toAuthorizerEvent(facts, call, request),
  });
  if (verdict.type === 'refused') return refused(verdict.status, verdict.message);
  const { authorizer, signer } = verdict;
  const known = { ...facts, authorizer, identity: { ...signer, ...facts.identity } };
  const result = await integrate(
    { ...settings, variables: stage.variables },
    route.integration,
    toConnectEvent(known, call, request),
  );
  if (result.type === 'failure') return refused(result.status, 'Internal server error');
  const isAccepted = result.status >= 200 && result.status < 300;
  if (!isAccepted) return refused(result.status, refusalText(result.status));
  const protocol = result.headers.get('sec-websocket-protocol');
  return { type: 'accepted', facts: known, protocol };
}

function refusalText(status: number): string {
  if (status === 401) return 'Unauthorized';
  return status < 500 ? 'Forbidden' : 'Internal server error';
}

/** RFC 6455, 4.2.1. Other requests are refused before they reach a function. */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  const key = headers['sec-websocket-key'] ?? '';
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
  const isVersion = headers['sec-websocket-version'] === '13';
  return method === 'GET' && isWebSocket && isVersion && /^[+/\dA-Za-z]{22}==$/u.test(key);
}

/** The path of a connection is that of its stage. */
function findStage({ stages }: WebSocketApiDefinition, url: string): WebSocketStage | undefined {
  const path = url.split('?')[0]?.replace(/\/$/u, '');
  return stages.find(({ name }) => path === `/${name}`);
}

function factsOf(
  { headers }: IncomingMessage,
  known: Pick<ConnectionFacts, 'apiId' | 'stage' | 'connectionId' | 'connectedAt'>,
): ConnectionFacts {
  const userAgent = headers['user-agent'];
  return {
    ...known,
    connectedAt: Math.trunc(known.connectedAt),
    domainName: headers.host ?? '',
    identity: { ...(userAgent === undefined ? {} : { userAgent }), sourceIp: '127.0.0.1' },
  };
}
