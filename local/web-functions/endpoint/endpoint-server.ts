import http from 'node:http';
import type { Duplex } from 'node:stream';

/** Lambda's limit of header lines is far above Node's, and so is its limit of bytes. */
const maxHeaderBytes = 512 * 1024;

/**
 * Creates the HTTP server of an endpoint. As on AWS, too many bytes of headers end the connection
 * without a response, and a method that HTTP does not know is 400.
 */
export function createEndpointServer(): http.Server {
  const server = http.createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 0 });
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const isSilent = error.code === 'HPE_HEADER_OVERFLOW' || !socket.writable;
    if (isSilent) socket.destroy();
    else refuseRequest(socket);
  });
  // A CONNECT is no request for Node.
  server.on('connect', (_, socket) => refuseRequest(socket));
  return server;
}

function refuseRequest(socket: Duplex): void {
  socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
}
