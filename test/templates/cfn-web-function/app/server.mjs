import { createServer } from 'node:http';

const megabytes = 10;
const chunk = Buffer.alloc(64 * 1024, 'x');

async function sendMuch(response) {
  for (let sent = 0; sent < (megabytes * 1024 * 1024) / chunk.length; sent += 1) {
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

const server = createServer((request, response) => {
  if (request.url === '/large') void sendMuch(response);
  else response.end('Hello from a web function');
});

const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
server.listen(Number(port), host);
