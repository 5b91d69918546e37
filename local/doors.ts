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

/** Function URLs listen this far above the gateway's port, REST APIs that far. */
const urlOffset = 35;
const apiOffset = 84;

/**
 * Opens the ports of a template, so that what refers to them can be resolved; nobody answers
 * there yet. Ports are at fixed distances from the gateway's, or any where that is 0.
 */
export async function openDoors(template: Template, gatewayPort: number): Promise<Doors> {
  const urls = await openAll(template, 'AWS::Lambda::Url', gatewayPort && gatewayPort + urlOffset);
  const apiPort = gatewayPort && gatewayPort + apiOffset;
  const apis = await openAll(template, 'AWS::ApiGateway::RestApi', apiPort);
  return new Map([...urls, ...apis]);
}

async function openAll(
  template: Template,
  type: string,
  firstPort: number,
): Promise<readonly (readonly [string, Door])[]> {
  const ids = [...template.resources].filter(([, resource]) => resource.type === type);
  return Promise.all(
    ids.map(async ([logicalId], index) => {
      const server = http.createServer();
      const port = await listen(server, { port: firstPort && firstPort + index, option: '--port' });
      return [logicalId, { server, origin: `http://127.0.0.1:${port}` }] as const;
    }),
  );
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
    doors
      .get(definition.logicalId)
      ?.server.on('request', urlHandler({ definition, host, credentials }));
  }
  for (const definition of stack.apis) {
    const hostOf = (name: string): FunctionHost | undefined =>
      hosts.find((candidate) => candidate.definition.name === name);
    doors
      .get(definition.logicalId)
      ?.server.on('request', restHandler({ definition, apiKeys, hostOf }));
  }
}

/** Closes every port, cutting what is open. */
export async function closeDoors(doors: Doors): Promise<void> {
  await Promise.all(
    [...doors.values()].map(
      ({ server }) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    ),
  );
}
