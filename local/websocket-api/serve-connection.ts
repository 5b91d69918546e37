import type { Duplex } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import {
  maxFrameBytes,
  type Connection,
  type Connections,
} from '#local/websocket-api/connections.ts';
import { createFrameMeter } from '#local/websocket-api/frame-sizes.ts';
import { integrate, type IntegrationSettings } from '#local/websocket-api/integration/integrate.ts';
import { selectRoute } from '#local/websocket-api/select-route.ts';
import {
  newId,
  toDisconnectEvent,
  toMessageEvent,
  type ConnectionFacts,
} from '#local/websocket-api/websocket-events.ts';
import type { WebSocketApiDefinition } from '#local/websocket-api/websocket-api-definition.ts';

export interface ServeSettings extends Omit<IntegrationSettings, 'variables'> {
  readonly definition: WebSocketApiDefinition;
  readonly connections: Connections;
}

/** Calls the routes of an API for what a client sends, and `$disconnect` when it is gone. */
export function serveConnection(
  settings: ServeSettings,
  connection: Connection,
  { webSocket, socket }: { readonly webSocket: WebSocket; readonly socket: Duplex },
): void {
  const { definition, connections } = settings;
  const report = (error: unknown): void => {
    console.error(`${definition.key}  ! ${String(error)}`);
  };
  const isTooLong = createFrameMeter(maxFrameBytes);
  // Before the listener of the library, which would accept the frame.
  socket.prependListener('data', (bytes: Buffer) => {
    if (isTooLong(bytes)) connection.close(1009);
  });
  // The library closes a connection after an error of its protocol, with the code for it.
  webSocket.on('error', () => connections.remove(connection));
  webSocket.on('ping', () => connection.touch());
  webSocket.on('message', (data, isBinary) => {
    if (webSocket.readyState !== WebSocket.OPEN) return;
    connection.touch();
    // API Gateway accepts no binary frames.
    if (isBinary) connection.close(1003);
    else answerMessage(settings, connection, textOf(data)).catch(report);
  });
  webSocket.once('close', (code, reason) => {
    connections.remove(connection);
    const close = { code, reason: reason.toString('utf8') };
    disconnect(settings, connection.facts, close).catch(report);
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}

async function answerMessage(
  settings: ServeSettings,
  connection: Connection,
  message: string,
): Promise<void> {
  const { definition, clock } = settings;
  const { facts } = connection;
  const requestId = newId();
  const sendError = (text: string): void => {
    const { connectionId } = facts;
    connection.send(JSON.stringify({ message: text, connectionId, requestId }));
  };
  const route = selectRoute(definition, message);
  if (route === undefined) return sendError('Forbidden');
  const call = { routeKey: route.routeKey, requestId, now: clock.now() };
  const result = await integrate(
    { ...settings, variables: facts.stage.variables },
    route.integration,
    toMessageEvent(facts, call, message),
  );
  if (result.type === 'failure') return sendError('Internal server error');
  if (route.responds && result.body !== undefined) connection.send(result.body);
  return undefined;
}

/** Calls `$disconnect`, if the API has it and the host is not ending. */
export async function disconnect(
  settings: ServeSettings,
  facts: ConnectionFacts,
  close: { readonly code: number; readonly reason: string },
): Promise<void> {
  const { definition, clock, connections } = settings;
  const route = definition.routes.get('$disconnect');
  if (route === undefined || connections.isClosed()) return;
  const call = { routeKey: '$disconnect', requestId: newId(), now: clock.now() };
  const event = toDisconnectEvent(facts, call, close);
  await integrate({ ...settings, variables: facts.stage.variables }, route.integration, event);
}
