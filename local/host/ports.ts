import http from 'node:http';
import { listen, originOf, type Binding } from '#local/process/listen.ts';
import { readRequestSource } from '#local/process/loopback.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** A port of its own: a Function URL, an API, or the place to sign in. */
export interface Door {
  /** Ends without a slash. */
  readonly origin: string;
  /** Has it answered; `allows` tells the origins of pages elsewhere that may ask. */
  connect(handler: http.RequestListener, allows?: (origin: string) => boolean): void;
}

export type Doors = ReadonlyMap<string, Door>;

/** How far above the gateway's port each kind listens, and where those go that are too many. */
const offsets: readonly (readonly [offset: number, most: number, ...types: readonly string[]])[] = [
  [4, 1, 'AWS::Cognito::UserPool'],
  [35, 49, 'AWS::Lambda::Url'],
  [84, 100, 'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'],
];

/** The key of the door where people sign in: all user pools share it. */
export const signInDoor = 'sign-in';

/**
 * Opens the ports of some stacks, so that what refers to them can be resolved; nobody answers
 * there yet. Ports are at fixed distances from the gateway's, or any where that is 0; the stack
 * closes them.
 */
export async function openDoors(
  stacks: readonly OpenStack[],
  binding: Binding,
  starting: AsyncDisposableStack,
): Promise<Doors> {
  const doors = new Map<string, Door>();
  for (const [offset, most, ...types] of offsets) {
    for (const [index, key] of keysOf(stacks, types).entries()) {
      const beyond = index < most ? 0 : 200;
      const port = binding.port === 0 ? 0 : binding.port + offset + index + beyond;
      doors.set(key, await openDoor({ ...binding, port }, starting));
    }
  }
  return doors;
}

function keysOf(stacks: readonly OpenStack[], types: readonly string[]): readonly string[] {
  const keys = stacks.flatMap(({ template, scope, keyOf }) =>
    [...template.resources]
      .filter(([, { type }]) => types.includes(type))
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .map(([logicalId]) => keyOf(logicalId)),
  );
  const isSignIn = types.includes('AWS::Cognito::UserPool');
  return isSignIn ? keys.slice(0, 1).map(() => signInDoor) : keys;
}

async function openDoor(binding: Binding, starting: AsyncDisposableStack): Promise<Door> {
  const server = http.createServer();
  server.on('request', notReady);
  starting.defer(() => closeServer(server));
  const bound = await listen(server, binding);
  return {
    origin: originOf(binding.host, bound),
    connect(handler, allows = () => false) {
      server.off('request', notReady).on('request', (request, response) => {
        const from = readRequestSource(request.headers, binding.host);
        const isAllowed =
          from.type === 'local' ||
          (from.type === 'other-origin' && from.origin !== undefined && allows(from.origin));
        if (isAllowed) handler(request, response);
        else refuse(response);
      });
    },
  };
}

function notReady(_: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end('Starting');
}

/** No AWS door does this: here a page elsewhere could reach what only this machine should. */
function refuse(response: http.ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/json' });
  const message = 'Pages of other origins and other host names are not answered on this machine.';
  response.end(JSON.stringify({ message }));
}

function closeServer(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
