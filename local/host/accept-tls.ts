import type http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import type { Certificate } from '#local/process/tls.ts';
import { detectProtocol } from '#local/gateway/detect-protocol.ts';

/**
 * Returns a server that accepts connections for another one, with TLS or without. To close it ends
 * its connections.
 */
export function acceptTls(
  server: http.Server,
  { cert, key }: Pick<Certificate, 'cert' | 'key'>,
): net.Server {
  const secure = tls.createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket) => {
    server.emit('connection', socket);
  });
  const sockets = new Set<net.Socket>();
  const front = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    detectProtocol(socket, (protocol) => {
      (protocol === 'tls' ? secure : server).emit('connection', socket);
    });
  });
  secure.on('tlsClientError', (_, socket) => socket.destroy());
  const close = front.close.bind(front);
  front.close = (callback) => {
    for (const socket of sockets) socket.destroy();
    return close(callback);
  };
  return front;
}
