import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage, Server } from 'node:http';
import { consoleMethods, jsonLine, levels } from '#local/lambda/runtime/console-lines.ts';

/** What every line that belongs to a request says about it. */
interface RequestFields {
  readonly requestId: string | string[] | undefined;
  readonly endpointName: string | string[] | undefined;
}

/**
 * Makes `console` write lines of JSON with their level, and with the request that they belong to:
 * Lambda adds it to every line, wherever in the code it comes from.
 */
export function installRequestLog(): void {
  const requests = new AsyncLocalStorage<RequestFields>();
  followRequests(requests);
  const { AWS_LAMBDA_LOG_LEVEL: minLevel = 'TRACE', AWS_REGION: region } = process.env;
  const minIndex = levels.findIndex((level) => level === minLevel);
  for (const [method, level] of Object.entries(consoleMethods)) {
    Reflect.set(console, method, (...args: unknown[]) => {
      if (levels.indexOf(level) < minIndex) return;
      const timestamp = new Date().toISOString();
      const fields = { timestamp, level, ...requests.getStore(), region };
      process.stdout.write(`${jsonLine(fields, args)}\n`);
    });
  }
}

/** Runs the listeners of every request in a context of its own, in every HTTP server. */
function followRequests(requests: AsyncLocalStorage<RequestFields>): void {
  const emit: unknown = Reflect.get(Server.prototype, 'emit');
  if (typeof emit !== 'function') return;
  Reflect.set(Server.prototype, 'emit', function (this: Server, ...args: unknown[]) {
    const [event, request] = args;
    const emitNow = (): unknown => Reflect.apply(emit, this, args);
    if (event !== 'request' || !(request instanceof IncomingMessage)) return emitNow();
    const { headers } = request;
    const fields = {
      requestId: headers['lambda-web-request-id'],
      endpointName: headers['lambda-web-endpoint-name'],
    };
    return requests.run(fields, emitNow);
  });
}
