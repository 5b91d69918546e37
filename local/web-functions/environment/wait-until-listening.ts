import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a probe waits after a refused connection. */
const retryMs = 15;

/** The address at which the server of an environment must listen. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Returns a port of the loopback address that is free now. */
export async function findFreeAddress(): Promise<ServerAddress> {
  const host = '127.0.0.1';
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port');
  return { host, port: address.port };
}

/** Resolves with true when a server accepts connections, and with false when `signal` is aborted. */
export async function waitUntilListening(
  address: ServerAddress,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    if (await accepts(address)) return !signal.aborted;
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

function accepts(address: ServerAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    const end = (isListening: boolean) => (): void => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
