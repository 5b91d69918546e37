import type net from 'node:net';

/** What a client speaks first on a connection. */
export type Protocol = 'http1' | 'http2' | 'tls';

/**
 * Calls back with the protocol of the first bytes. HTTP/2 begins with `PRI * HTTP/2.0`, no method of
 * HTTP/1.1 begins with `PRI`, and TLS begins with the byte 22.
 */
export function detectProtocol(socket: net.Socket, onDetected: (protocol: Protocol) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    const more: unknown = socket.read();
    if (!(more instanceof Buffer)) return;
    seen = Buffer.concat([seen, more]);
    const start = seen.subarray(0, 3).toString('latin1');
    if (start.length < 3 && 'PRI'.startsWith(start)) return;
    socket.off('readable', onReadable);
    socket.unshift(seen);
    if (seen[0] === 22) onDetected('tls');
    else onDetected(start === 'PRI' ? 'http2' : 'http1');
  };
  socket.on('readable', onReadable);
}
