import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** The open connections of a server. */
export interface Connections {
  /**
   * Resolves when all connections are closed, because their other end has exited and everything that
   * it sent has been read; or earlier, when `isDone` returns true.
   */
  drained(isDone: () => boolean): Promise<void>;
}

/** A process that the function started may hold a connection for longer than the function. */
const maxDrainMs = 500;

/** Follows the connections of a server from now on. */
export function trackConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    async drained(isDone) {
      const untilMs = performance.now() + maxDrainMs;
      // A connection may still have to be accepted.
      await setImmediate();
      while (sockets.size > 0 && !isDone() && performance.now() < untilMs) await setTimeout(5);
    },
  };
}
