import { STATUS_CODES, type IncomingMessage, type RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Functions } from '#local/lambda/functions.ts';
import type { Clock } from '#local/process/clock.ts';
import { handleInBackground } from '#local/process/handle-request.ts';
import { connect, type ConnectSettings, type Refusal } from '#local/websocket-api/connect.ts';
import { createConnections, maxMessageBytes } from '#local/websocket-api/connections.ts';
import { disconnect, serveConnection } from '#local/websocket-api/serve-connection.ts';
import { answerManagement } from '#local/websocket-api/management-api.ts';

export interface WebSocketApiSettings extends ConnectSettings {
  readonly functions: Functions;
  readonly clock: Clock;
}

/** A WebSocket API. */
export interface WebSocketApi {
  /** Answers requests that are no upgrades: those of its management API. */
  readonly answer: RequestListener;
  /** Answers a request to connect. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Breaks all connections. `$disconnect` is not called. */
  close(): void;
}

/** Creates a WebSocket API without connections. */
export function createWebSocketApi(settings: WebSocketApiSettings): WebSocketApi {
  const { definition, clock } = settings;
  const connections = createConnections(clock);
  const protocols = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    // API Gateway confirms the protocol that the function returned, and no other.
    handleProtocols: (_, request) => protocols.get(request) ?? false,
  });
  const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const result = await connect(settings, request);
    if (result.type === 'refused') return refuse(socket, result);
    const { facts, protocol } = result;
    // A client that has left meanwhile has connected all the same.
    if (!socket.writable) return disconnect({ ...settings, connections }, facts, leftEarly);
    if (protocol !== undefined) protocols.set(request, protocol);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = connections.add(facts, webSocket);
      serveConnection({ ...settings, connections }, connection, { webSocket, socket });
    });
  };
  const report = (error: unknown): void => {
    console.error(`${definition.key}  ! ${String(error)}`);
  };
  return {
    close: () => connections.close(),
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      accept(request, socket, head).catch((error: unknown) => {
        report(error);
        socket.destroy();
      });
    },
    answer(request, response) {
      const onError = (error: unknown): void => {
        report(error);
        response.writeHead(500).end();
      };
      const answer = (): Promise<void> =>
        answerManagement(connections, settings, request, response);
      handleInBackground(response, answer, onError);
    },
  };
}

const leftEarly = { code: 1006, reason: '' };

/** Answers a request to connect with an error. */
function refuse(socket: Duplex, { status, message, connectionId, requestId }: Refusal): void {
  const body = JSON.stringify({ message, connectionId, requestId });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-amzn-RequestId: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
