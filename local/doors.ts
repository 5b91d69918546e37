import http from 'node:http';
import { urlHandler } from '#local/function-url/server.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { listen } from '#local/listen.ts';
import { restHandler, type ApiKey } from '#local/rest-api/server.ts';
import type { Credentials } from '#local/sigv4.ts';
import type { Stack } from '#local/stack.ts';
import type { Template } from '#local/template.ts';

/** A loopback port of its own: a Function URL or a REST API. */
export interface Door {
  readonly server: http.Server;
  /** Ends without a slash. */
  readonly origin: string;
}

export type Doors = ReadonlyMap<string, Door>;

/** How far above the gateway's port each kind listens. */
const offsets = { 'AWS::Lambda::Url': 35, 'AWS::ApiGateway::RestApi': 84 };

/**
 * Opens the ports of a template, so that what refers to them can be resolved; nobody answers
 * there yet. Ports are at fixed distances from the gateway's, or any where that is 0; the stack
 * closes them.
 */
export async function openDoors(
  template: Template,
  gatewayPort: number,
  starting: AsyncDisposableStack,
): Promise<Doors> {
  const doors = new Map<string, Door>();
  for (const [type, offset] of Object.entries(offsets)) {
    const ids = [...template.resources].filter(([, resource]) => resource.type === type);
    for (const [index, [logicalId]] of ids.entries()) {
      const port = gatewayPort === 0 ? 0 : gatewayPort + offset + index;
      doors.set(logicalId, await openDoor(port, starting));
    }
  }
  return doors;
}

async function openDoor(port: number, starting: AsyncDisposableStack): Promise<Door> {
  const server = http.createServer();
  server.on('request', notReady);
  starting.defer(() => closeServer(server));
  const bound = await listen(server, { port, option: '--port' });
  return { server, origin: `http://127.0.0.1:${bound}` };
}

function notReady(_: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end('Starting');
}

function closeServer(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export interface Behind {
  readonly stack: Stack;
  readonly hosts: readonly FunctionHost[];
  readonly credentials: Credentials;
  readonly apiKeys: readonly ApiKey[];
}

/** Has every door answered by what is behind it. Throws where a URL's function is not there. */
export function connectDoors(doors: Doors, { stack, hosts, credentials, apiKeys }: Behind): void {
  for (const definition of stack.urls) {
    const host = hosts.find((candidate) => candidate.definition.arn === definition.functionArn);
    if (host === undefined) throw new Error(`${definition.logicalId}: its function is not hosted`);
    answerAt(doors.get(definition.logicalId), urlHandler({ definition, host, credentials }));
  }
  for (const definition of stack.apis) {
    const hostOf = (name: string): FunctionHost | undefined =>
      hosts.find((candidate) => candidate.definition.name === name);
    answerAt(doors.get(definition.logicalId), restHandler({ definition, apiKeys, hostOf }));
  }
}

function answerAt(door: Door | undefined, handler: http.RequestListener): void {
  door?.server.off('request', notReady).on('request', handler);
}
