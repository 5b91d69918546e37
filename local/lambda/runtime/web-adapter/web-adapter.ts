import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createRuntimeClient, type RuntimeEvent } from '#local/lambda/runtime/runtime-client.ts';
import { startApplication } from './application.ts';
import { toAppRequest, type AppRequest } from './http-request.ts';
import { toPrelude, toResult } from './http-response.ts';
import { readOptions } from './options.ts';
import { streamResult } from './stream-result.ts';

/*
 * Runs inside an execution environment in place of the Lambda Web Adapter: starts a web application,
 * polls the Lambda Runtime API, and passes each invocation to the application as an HTTP request.
 */

const [, , command = '', shims = ''] = process.argv;

// The host holds the other end of stdin. When it closes, the host has gone.
process.stdin.once('end', () => process.exit(1)).resume();

const options = readOptions(process.env);
const agent = new http.Agent({ keepAlive: true, timeout: 4_000 });
const client = createRuntimeClient(process.env['AWS_LAMBDA_RUNTIME_API'] ?? '');
const application = await startApplication(command, shims, options);
/** How long an application may hold up the init phase that it is allowed to outlast. */
const asyncInitMs = 9_800;
await Promise.race(
  options.isAsyncInit ? [application.ready, delay(asyncInitMs)] : [application.ready],
);
for (;;) await run(await client.next());

async function run(event: RuntimeEvent): Promise<void> {
  try {
    const port = await application.ready;
    const request = toAppRequest(event, options);
    const response = await send(port, request);
    if (options.isError(response.statusCode ?? 0)) {
      const status = String(response.statusCode);
      response.destroy();
      throw new Error(`Request failed with configured error status code: ${status}`);
    }
    if (options.isStreamed) {
      await streamResult(client.responseUrl(event.requestId), toPrelude(response), response);
    } else {
      const body = await whole(response);
      client.respond(event.requestId, toResult(request, response, body, options));
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await client.invocationError(event.requestId, error);
  }
}

function send(
  port: number,
  { method, target, headers, body }: AppRequest,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: target,
        agent,
        headers: { ...headers, ...length },
      },
      resolve,
    );
    request.once('error', reject);
    request.end(body);
  });
}

async function whole(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
