import type { Server } from 'node:net';

export interface Listening {
  /** 0 lets the system choose. */
  readonly port: number;
  /** What to change when the port is taken. */
  readonly option: string;
}

/** Listens on the loopback address and gives the port. Throws an error that names a taken port. */
export function listen(server: Server, { port, option }: Listening): Promise<number> {
  if (port > 65_535) {
    return Promise.reject(new Error(`${option}: must be a port from 0 to 65535, not ${port}`));
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} is taken. Choose another with ${option}.`) : error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('The server has no port'));
    });
  });
}
