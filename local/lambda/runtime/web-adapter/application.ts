import { spawn, type ChildProcess } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterOptions } from './options.ts';

/** The application behind the adapter. */
export interface Application {
  /** Resolves with the port on which it is ready. */
  readonly ready: Promise<number>;
}

/**
 * Starts the application, on a port of its own: on Lambda, environments share no ports. It finds the
 * port in `PORT`. Node and Python applications that name the usual port themselves are led to it.
 */
export async function startApplication(
  command: string,
  shims: string,
  options: AdapterOptions,
): Promise<Application> {
  const port = await freePort();
  const isOwnFree = !(await isListening(options.port));
  const child = spawn('/bin/sh', ['-c', 'exec "$0"', command], {
    env: { ...process.env, ...portVariables(port, shims, options) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  endWith(child);
  // What leads it to the port may not reach a program in another language.
  const ports = isOwnFree ? [port, options.port] : [port];
  return { ready: waitUntilReady(ports, options) };
}

/** The adapter is an extension on Lambda: the environment ends with the application. */
function endWith(child: ChildProcess): void {
  child.once('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.once('exit', (code) => process.exit(code ?? 1));
}

function portVariables(
  port: number,
  shims: string,
  { port: named }: AdapterOptions,
): Record<string, string> {
  const { NODE_OPTIONS = '', PYTHONPATH = '' } = process.env;
  const shim = join(shims, 'listen.cjs').replaceAll('\\', '\\\\');
  return {
    PORT: String(port),
    AWS_LWA_PORT: String(port),
    STREAMBED_PORTS: `${named}:${port}`,
    NODE_OPTIONS: `${NODE_OPTIONS} --require="${shim}"`.trim(),
    PYTHONPATH: [shims, PYTHONPATH].filter((path) => path !== '').join(':'),
  };
}

function freePort(): Promise<number> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** The adapter asks every ten milliseconds. */
const intervalMs = 10;

async function waitUntilReady(
  ports: readonly number[],
  { readiness }: AdapterOptions,
): Promise<number> {
  for (;;) {
    for (const port of ports) {
      const checked = readiness.port ?? port;
      const isReady =
        readiness.protocol === 'tcp'
          ? await isListening(checked)
          : readiness.isHealthy(await statusOf(checked, readiness.path));
      if (isReady) return port;
    }
    await delay(intervalMs);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Returns the status of a page, or 0 if the application does not answer. */
function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('error', () => resolve(0));
  });
}
