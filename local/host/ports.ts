import http from 'node:http';
import type { Duplex } from 'node:stream';
import { acceptTls } from '#local/host/accept-tls.ts';
import { listen, originOf, type Binding } from '#local/process/listen.ts';
import { readRequestSource, type RequestSource } from '#local/process/loopback.ts';
import type { Certificate } from '#local/process/tls.ts';
import { isWebSocketApi } from '#local/template/api-types.ts';
import { signInKey } from '#local/template/stack-context.ts';
import { createEndpointServer } from '#local/web-functions/endpoint/endpoint-server.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** A port that a resource needs: a Function URL, an API, or sign-in. */
export interface PlannedPort {
  /** The resource's key, or the one that all user pools share. */
  readonly key: string;
  /** 0 takes any free port. */
  readonly port: number;
  /**
   * Whether it accepts TLS, too. The functions of a WebSocket API make the `https:` URL of its
   * management API from the domain name of an event.
   */
  readonly acceptsTls: boolean;
  /** Whether a web function answers there, by rules of HTTP of its own. */
  readonly isWebFunction: boolean;
}

/** A port that is open. */
export interface Port {
  /** The base URL, without a slash at the end. */
  readonly origin: string;
  /** Lets a handler answer requests. */
  connect(handler: http.RequestListener, pages?: PageAccess): void;
  /** Lets nothing answer any more, as before it was connected. */
  disconnect(): void;
  /** Lets a handler answer requests for WebSockets. */
  connectUpgrades(handler: UpgradeListener): void;
  /** Closes the port and its connections. */
  close(): Promise<void>;
}

export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What web pages of other origins may do at a port. */
export interface PageAccess {
  /** Returns whether pages of an origin may call it; none may by default. */
  allows?(origin: string): boolean;
  /** Whether links and redirects may lead to it, as they do to sign-in pages. */
  readonly isLinked?: boolean;
  /** Whether the handler itself refuses host names that are not its own. */
  readonly checksHost?: boolean;
}

/** The open ports, by key. */
export type Ports = ReadonlyMap<string, Port>;

const webFunctionEndpoint = 'AWS::Lambda::WebFunctionEndpoint';

/** Where the ports of Function URLs begin, and how many there are. */
const urlPorts = { offset: 35, max: 49 };

/** How far above the gateway's port each kind of resource listens, and how many fit there. */
const offsets: readonly (readonly [offset: number, max: number, ...types: readonly string[]])[] = [
  [4, 1, 'AWS::Cognito::UserPool'],
  [urlPorts.offset, urlPorts.max, 'AWS::Lambda::Url'],
  [84, 100, 'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'],
  [184, 16, webFunctionEndpoint],
];

/** How much further up the ports are that do not fit. */
const overflowOffset = 200;

/**
 * Returns the ports that some stacks need, at fixed distances from the gateway's port. If that is
 * 0, they are all 0.
 */
export function planPorts(
  stacks: readonly OpenStack[],
  { port: gatewayPort }: Binding,
): readonly PlannedPort[] {
  const webSocketApis = new Set(webSocketKeys(stacks));
  return offsets.flatMap(([offset, max, ...types]) =>
    keysOf(stacks, types).map((key, index) => {
      const overflow = index < max ? 0 : overflowOffset;
      const port = gatewayPort === 0 ? 0 : gatewayPort + offset + index + overflow;
      const isWebFunction = types.includes(webFunctionEndpoint);
      return { key, port, isWebFunction, acceptsTls: webSocketApis.has(key) };
    }),
  );
}

function webSocketKeys(stacks: readonly OpenStack[]): readonly string[] {
  return stacks.flatMap(({ template, scope, keyOf }) =>
    [...template.resources]
      .filter(([, { type, properties }]) => isWebSocketApi(type, properties['ProtocolType'], scope))
      .map(([logicalId]) => keyOf(logicalId)),
  );
}

function keysOf(stacks: readonly OpenStack[], types: readonly string[]): readonly string[] {
  const keys = stacks.flatMap(({ template, scope, keyOf }) =>
    [...template.resources]
      .filter(([, { type }]) => types.includes(type))
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .map(([logicalId]) => keyOf(logicalId)),
  );
  const isSignIn = types.includes('AWS::Cognito::UserPool');
  return isSignIn ? keys.slice(0, 1).map(() => signInKey) : keys;
}

interface PortSettings {
  readonly isWebFunction?: boolean;
  /** With a certificate the port accepts TLS, too. */
  readonly certificate?: Certificate | undefined;
  /** Closes the port. */
  readonly closing: AsyncDisposableStack;
}

/** Opens ports, which answer 503 until they are connected; `closing` closes them. */
export async function openPorts(
  planned: readonly PlannedPort[],
  binding: Binding,
  { certificate, closing }: PortSettings,
): Promise<Ports> {
  const ports = new Map<string, Port>();
  for (const { key, port, acceptsTls, isWebFunction } of planned) {
    const own = { isWebFunction, closing, ...(acceptsTls ? { certificate } : {}) };
    ports.set(key, await openPort({ ...binding, port }, own));
  }
  return ports;
}

/** Opens a port for a Function URL that no template has: the next free one, as near as possible. */
export async function openUrlPort(binding: Binding, closing: AsyncDisposableStack): Promise<Port> {
  const first = binding.port + urlPorts.offset;
  const ports = binding.port === 0 ? [] : Array.from({ length: urlPorts.max }, (_, n) => first + n);
  for (const port of ports) {
    // The error of a port that is taken. Any other one is thrown again below.
    const opened = await openPort({ ...binding, port }, { closing }).catch(() => undefined);
    if (opened !== undefined) return opened;
  }
  return openPort({ ...binding, port: 0 }, { closing });
}

async function openPort(
  binding: Binding,
  { certificate, isWebFunction = false, closing }: PortSettings,
): Promise<Port> {
  const server = isWebFunction ? createEndpointServer() : http.createServer();
  const disconnect = (): void => {
    server.removeAllListeners('request').removeAllListeners('upgrade').on('request', notReady);
  };
  disconnect();
  const front = certificate === undefined ? server : acceptTls(server, certificate);
  const close = async (): Promise<void> => {
    await closeServer(server);
    if (front !== server) await new Promise((resolve) => front.close(resolve));
  };
  closing.defer(close);
  const port = await listen(front, binding);
  return {
    origin: originOf(binding.host, port),
    connect(handler, pages = {}) {
      server.off('request', notReady).on('request', (request, response) => {
        const from = readRequestSource(request.headers, binding.host);
        if (from.type === 'local' || isAllowed(pages, from, request)) handler(request, response);
        else refuse(response);
      });
    },
    disconnect,
    connectUpgrades(handler) {
      server.on('upgrade', (request, socket, head) => {
        const from = readRequestSource(request.headers, binding.host);
        if (from.type === 'local') handler(request, socket, head);
        else refuseUpgrade(socket);
      });
    },
    close,
  };
}

function isAllowed(
  { allows, isLinked = false, checksHost = false }: PageAccess,
  from: RequestSource,
  request: http.IncomingMessage,
): boolean {
  if (from.type === 'other-host') return checksHost;
  if (from.type !== 'other-origin') return false;
  if (from.origin !== undefined) return allows?.(from.origin) === true;
  return isLinked && isNavigation(request);
}

/** Returns whether a browser opens this address in a tab. A page learns nothing from the response. */
function isNavigation({ method, headers }: http.IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

function notReady(_: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(503, { 'retry-after': '1' }).end('Starting');
}

/** AWS does not do this. Here a web page could otherwise reach what only this machine should. */
function refuse(response: http.ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/json' });
  response.end(refusal);
}

function refuseUpgrade(socket: Duplex): void {
  const headers = ['content-type: application/json', `content-length: ${refusal.length}`];
  const lines = ['HTTP/1.1 403 Forbidden', ...headers, 'connection: close'];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${refusal}`);
}

const refusal = JSON.stringify({
  message: 'Requests of web pages from other origins and for other host names are refused.',
});

function closeServer(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
