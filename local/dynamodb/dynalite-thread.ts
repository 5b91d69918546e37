import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A thread that runs dynalite. After an error that ends it, the next request starts another. */
export interface DynaliteThread {
  /** Returns the socket on which dynalite listens. Rejects if dynalite cannot be started. */
  socketPath(): Promise<string>;
  close(): Promise<void>;
}

/** Starts dynalite with the tables in `path`. Only the current user can open its sockets. */
export async function startDynalite(path: string): Promise<DynaliteThread> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  let current = startThread(path, folder);
  return {
    socketPath() {
      if (current.hasEnded()) current = startThread(path, folder);
      return current.listening;
    },
    async close() {
      await current.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface RunningThread {
  /** Resolves with the path of the socket. */
  readonly listening: Promise<string>;
  hasEnded(): boolean;
  close(): Promise<void>;
}

function startThread(path: string, folder: string): RunningThread {
  const socketPath = newSocketPath(folder);
  const listening = Promise.withResolvers<string>();
  // Requests that wait for it handle the rejection.
  listening.promise.catch(() => undefined);
  const url = new URL('dynalite-worker.ts', import.meta.url);
  const worker = new Worker(url, { workerData: { path, socketPath } });
  let hasEnded = false;
  worker.once('message', () => listening.resolve(socketPath));
  worker.on('error', (error) => {
    console.error('dynamodb  ! dynalite ended and is started again:', error);
    listening.reject(error);
  });
  worker.once('exit', () => {
    hasEnded = true;
    listening.reject(new Error('dynalite ended'));
  });
  return {
    listening: listening.promise,
    hasEnded: () => hasEnded,
    async close() {
      if (hasEnded) return;
      worker.postMessage('close', []);
      await once(worker, 'exit');
    },
  };
}

function newSocketPath(folder: string): string {
  const name = randomUUID();
  return process.platform === 'win32' ? `\\\\.\\pipe\\streambed-${name}` : join(folder, name);
}
