import { once } from 'node:events';
import http from 'node:http';

/*
 * The work of the functions without Lambda: a separate process that answers requests with
 * `node:http` and sends its port to its parent.
 */

const piece = Buffer.alloc(16 * 1024, 'x');

async function answer(request, response) {
  if (request.url === '/pour') {
    for (let sent = 0; sent < 4096; sent += 1) {
      if (!response.write(piece)) await once(response, 'drain');
    }
    response.end();
    return;
  }
  const body = Buffer.concat(await Array.fromAsync(request)).toString('utf8');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ echo: body }));
}

const server = http.createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send(address.port);
});
