import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** An application that knows nothing of Lambda, and names its port itself unless it gets one. */
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const answer = answers[pathname] ?? echo;
  answer(request, response);
});

const answers = {
  '/health': (_, response) => response.end('ok'),
  '/cookies': (_, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.writeHead(201, { 'content-type': 'text/plain' }).end('cookies');
  },
  '/bytes': (_, response) => {
    response.setHeader('content-type', 'image/png').end(Buffer.from([0, 255, 128]));
  },
  '/fail': (_, response) => response.writeHead(503).end('no'),
  '/events': async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const number of [1, 2, 3]) {
      response.write(`data: ${number}\n\n`);
      await delay(number === 1 ? Number(process.env.PAUSE ?? 500) : 1);
    }
    response.end();
  },
  '/queue': async (request, response) => {
    const event = JSON.parse(await bodyOf(request));
    const context = JSON.parse(request.headers['x-amzn-request-context']);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ event, context }));
  },
};

async function echo(request, response) {
  const { method, url, headers } = request;
  const context = JSON.parse(headers['x-amzn-request-context'] ?? '{}');
  const lambda = JSON.parse(headers['x-amzn-lambda-context'] ?? '{}');
  const body = await bodyOf(request);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, url, headers, body, context, lambda }));
}

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

server.listen(process.env.PORT ?? 8080);
