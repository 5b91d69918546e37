import type { Server } from 'node:net';

/** Where something listens. */
export interface Binding {
  /** 0 lets the system choose. */
  readonly port: number;
  /** What to change when the port is taken. */
  readonly option: string;
  /** Another address than the loopback one, where somebody asked for it. */
  readonly host?: string | undefined;
}

/** Listens, and gives the port. Throws an error that names a taken port. */
export function listen(
  server: Server,
  { port, option, host = '127.0.0.1' }: Binding,
): Promise<number> {
  if (port > 65_535) {
    return Promise.reject(new Error(`${option}: must be a port from 0 to 65535, not ${port}`));
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} is taken. Choose another with ${option}.`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('The server has no port'));
    });
  });
}

/** The base URL of what listens, as a program on this machine reaches it. */
export function originOf(host: string | undefined, port: number): string {
  const isAny = host === undefined || host === '0.0.0.0' || host === '::';
  return `http://${isAny ? '127.0.0.1' : host}:${port}`;
}
