import { isUtf8 } from 'node:buffer';
import type { WebSocket } from 'ws';
import type { Clock } from '#local/process/clock.ts';
import type { ConnectionFacts } from '#local/websocket-api/websocket-events.ts';

/** API Gateway's quotas for WebSocket APIs. */
export const maxFrameBytes = 32 * 1024;
export const maxMessageBytes = 128 * 1024;
const maxIdleMs = 10 * 60_000;
const maxAgeMs = 2 * 60 * 60_000;

/** A client that is connected. */
export interface Connection {
  readonly facts: ConnectionFacts;
  /** Milliseconds since 1970. */
  lastActiveAt(): number;
  /** Records that the client sent something. */
  touch(): void;
  /** Sends a message: text as text, bytes as text if they are UTF-8. */
  send(message: string | Buffer): void;
  /** Closes the connection, which is gone at once for everyone else. */
  close(code: number, reason?: string): void;
}

/** The open connections of an API. */
export interface Connections {
  /** Finds a connection of a stage. */
  find(stageName: string, id: string): Connection | undefined;
  /** Adds a connection, and closes it when it has been idle or open for too long. */
  add(facts: ConnectionFacts, socket: WebSocket): Connection;
  remove(connection: Connection): void;
  /** Breaks all connections. */
  close(): void;
  /** Returns whether all connections were broken because the host ends. */
  isClosed(): boolean;
}

/** Returns the connections of an API, of which there are none yet. */
export function createConnections(clock: Clock): Connections {
  const open = new Map<string, { readonly connection: Connection; end(): void }>();
  /** Those of open connections, and those that wait for the client to close. */
  const sockets = new Set<WebSocket>();
  let isClosed = false;
  const remove = ({ facts }: Connection): void => {
    open.get(facts.connectionId)?.end();
    open.delete(facts.connectionId);
  };
  return {
    remove,
    find(stageName, id) {
      const connection = open.get(id)?.connection;
      return connection?.facts.stage.name === stageName ? connection : undefined;
    },
    add(facts, socket) {
      const ended = new AbortController();
      let lastActiveAt = clock.now();
      const touch = (): void => {
        lastActiveAt = clock.now();
      };
      const connection: Connection = {
        facts,
        touch,
        lastActiveAt: () => lastActiveAt,
        send(message) {
          touch();
          sendInFrames(socket, message);
        },
        close(code, reason) {
          remove(connection);
          socket.close(code, reason);
        },
      };
      const end = (): void => ended.abort();
      open.set(facts.connectionId, { connection, end });
      void closeWhenDue(connection, clock, ended.signal);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return connection;
    },
    isClosed: () => isClosed,
    close() {
      isClosed = true;
      for (const { end } of open.values()) end();
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** AWS closes with the code of an endpoint that goes away. */
async function closeWhenDue(
  connection: Connection,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  const endsAt = connection.facts.connectedAt + maxAgeMs;
  for (;;) {
    const dueAt = Math.min(endsAt, connection.lastActiveAt() + maxIdleMs);
    const leftMs = dueAt - clock.now();
    if (leftMs <= 0) return connection.close(1001, 'Going away');
    await clock.sleep(leftMs, ended);
    if (ended.aborted) return undefined;
  }
}

/** A long message goes out in several frames, as the quota for frames demands. */
function sendInFrames(socket: WebSocket, message: string | Buffer): void {
  const bytes = Buffer.from(message);
  const binary = typeof message !== 'string' && !isUtf8(bytes);
  let start = 0;
  do {
    const end = start + maxFrameBytes;
    socket.send(bytes.subarray(start, end), { binary, fin: end >= bytes.length });
    start = end;
  } while (start < bytes.length);
}
