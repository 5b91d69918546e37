import type { Server } from 'node:net';

/** The address on which a server listens. */
export interface Binding {
  /** With 0 the operating system picks a free port. */
  readonly port: number;
  /** The command-line option that sets the port, named in the error for a taken one. */
  readonly option: string;
  /** The address to listen on instead of 127.0.0.1. */
  readonly host?: string | undefined;
}

/**
 * Starts a server and returns its port. Throws if the port is out of range or taken, with the
 * option that sets it.
 */
export function listen(
  server: Server,
  { port, option, host = '127.0.0.1' }: Binding,
): Promise<number> {
  if (port > 65_535) {
    return Promise.reject(new Error(`${option}: must be a port from 0 to 65535, not ${port}`));
  }
  return new Promise((resolve, reject) => {
    // Later errors, such as too many open files, concern a single connection.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new Error(`Port ${port} is taken. Choose another with ${option}.`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('The server has no port'));
    });
  });
}

/** Returns the base URL at which programs on this machine reach a server. */
export function originOf(host: string | undefined, port: number): string {
  const isAny = host === undefined || host === '0.0.0.0' || host === '::';
  return `http://${isAny ? '127.0.0.1' : host}:${port}`;
}
