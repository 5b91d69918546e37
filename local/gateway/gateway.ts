import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import net from 'node:net';
import {
  readRequest,
  toAwsResponse,
  type AwsRequest,
  type AwsResponse,
  type Engine,
} from '#local/wire/aws-exchange.ts';
import { toXml } from '#local/wire/aws-query.ts';
import type { Certificate } from '#local/process/tls.ts';
import { readRequestSource } from '#local/process/loopback.ts';
import { signedService } from '#local/wire/sigv4.ts';

export interface Gateway {
  readonly server: net.Server;
  /** How many responses have not ended. */
  openResponses(): number;
  close(): Promise<void>;
}

/** The engine for a request; nothing where no service here answers it. */
export type Routing = (request: AwsRequest) => Engine | undefined;

export interface GatewayOptions {
  /** Where there is one, the port takes TLS too, in HTTP/2 and HTTP/1.1 as the client chooses. */
  readonly certificate?: Pick<Certificate, 'cert' | 'key'>;
  /** An address beyond the loopback one where it listens. */
  readonly ownHost?: string | undefined;
}

/** One port for every AWS service, in HTTP/1.1 and in HTTP/2 without TLS (prior knowledge). */
export function createGateway(
  route: Routing,
  { certificate, ownHost }: GatewayOptions = {},
): Gateway {
  const sockets = new Map<number, net.Socket>();
  let openResponses = 0;
  const handle = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    openResponses += 1;
    response.once('close', () => (openResponses -= 1));
    const connection = sockets.get(request.socket.remotePort ?? 0);
    exchange({ route, request, response, connection, ownHost }).catch(() => response.destroy());
  };
  const http1 = http.createServer(handle);
  const http2Server = http2.createServer(handle);
  const secure =
    certificate === undefined
      ? undefined
      : http2.createSecureServer({ ...certificate, allowHTTP1: true }, handle);
  const servers = { http1, http2: http2Server, tls: secure };
  const server = net.createServer((socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    chooseProtocol(socket, (protocol) => {
      const chosen = servers[protocol];
      if (chosen === undefined) socket.destroy();
      else chosen.emit('connection', socket);
    });
  });
  return {
    server,
    openResponses: () => openResponses,
    async close() {
      for (const socket of sockets.values()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Protocol = 'http1' | 'http2' | 'tls';

/**
 * HTTP/2 begins with `PRI * HTTP/2.0`; no method of HTTP/1.1 begins with `PRI`, and TLS begins with
 * the byte 22.
 */
function chooseProtocol(socket: net.Socket, choose: (protocol: Protocol) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const more: unknown = socket.read();
    if (!(more instanceof Buffer)) return;
    seen = Buffer.concat([seen, more]);
    const start = seen.subarray(0, 3).toString('latin1');
    if (start.length < 3 && 'PRI'.startsWith(start)) return;
    socket.off('readable', look);
    socket.unshift(seen);
    if (seen[0] === 22) choose('tls');
    else choose(start === 'PRI' ? 'http2' : 'http1');
  };
  socket.on('readable', look);
}

interface Exchange {
  readonly route: Routing;
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: ServerResponse | Http2ServerResponse;
  readonly connection: net.Socket | undefined;
  readonly ownHost: string | undefined;
}

async function exchange(exchanged: Exchange): Promise<void> {
  const { route, request, response, connection, ownHost } = exchanged;
  const requestId = randomUUID();
  const answer = toAwsResponse(response, requestId, connection);
  const refuse = (status: number, code: string): void => {
    answer.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
    answer.end(JSON.stringify({ __type: code, message: refusals[code] }));
  };
  // No AWS service here is for pages elsewhere, nor for names that others resolve to here.
  const from = readRequestSource(request.headers, ownHost);
  if (from.type !== 'local') return refuse(403, 'AccessDeniedException');
  // Bodies of S3 are whole documents.
  const { method = 'GET', url = '/', headers } = request;
  const service = serviceOf({ method, url, headers, body: Buffer.alloc(0) });
  const whole = await readRequest(request, service === 's3' ? maxObjectBytes : maxRequestBytes);
  if (whole === undefined) return refuse(413, 'RequestTooLargeException');
  const engine = route(whole);
  if (engine === undefined) return unhosted(whole, answer);
  await engine(whole, answer);
}

/** The largest body any of the services takes: an InvokeModel of Bedrock's. */
const maxRequestBytes = 25 * 1024 * 1024;

/** The largest body of a request to S3: they are held in memory. */
const maxObjectBytes = 256 * 1024 * 1024;

const refusals: Readonly<Record<string, string>> = {
  AccessDeniedException: 'Only programs and names of this machine are answered here.',
  RequestTooLargeException: 'The body of the request is too large.',
};

/** Who asks for a service that is not here hears so in the protocol that it asks in. */
function unhosted(request: AwsRequest, answer: AwsResponse): void {
  const service = serviceOf(request);
  const message =
    service === undefined
      ? 'No service here answers this request.'
      : `The service ${service} is not hosted here.`;
  const isQuery = String(request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (isQuery) {
    const Error = { Type: 'Sender', Code: 'InvalidAction', Message: message };
    answer.start(404, { 'content-type': 'text/xml' });
    answer.end(`<ErrorResponse>${toXml({ Error, RequestId: answer.requestId })}</ErrorResponse>`);
    return;
  }
  answer.start(404, {
    'content-type': 'application/json',
    'x-amzn-errortype': 'UnknownOperationException',
  });
  answer.end(JSON.stringify({ __type: 'UnknownOperationException', message }));
}

/** The service a request is for: from its signature, else from headers and path. */
export function serviceOf({ headers, url }: AwsRequest): string | undefined {
  if (url.startsWith('/_streambed/')) return 'bedrock';
  const signed = signedService(headers) ?? presignedService(url);
  // Bedrock signs under several names, all of them answered by one engine.
  if (signed?.startsWith('bedrock') === true) return 'bedrock';
  if (signed !== undefined) return signed;
  const target = headers['x-amz-target']?.toString() ?? '';
  const byTarget = targets.find(([prefix]) => target.startsWith(prefix));
  if (byTarget !== undefined) return byTarget[1];
  if (bedrockPath.test(url)) return 'bedrock';
  if (lambdaPath.test(url)) return 'lambda';
  // What nobody else's path begins with is a bucket.
  return target === '' && /^\/[a-z\d][a-z\d.-]{2,}(?:[/?]|$)/u.test(url) ? 's3' : undefined;
}

const targets: readonly (readonly [prefix: string, service: string])[] = [
  ['DynamoDB_', 'dynamodb'],
  ['AmazonSQS.', 'sqs'],
  ['AWSStepFunctions.', 'states'],
  ['Logs_', 'logs'],
  ['AWSCognitoIdentityProviderService.', 'cognito-idp'],
];

/** The service in the query of a presigned URL. */
function presignedService(url: string): string | undefined {
  return /[?&]X-Amz-Credential=[^&]+?%2F([\w-]+)%2Faws4_request/u.exec(url)?.[1];
}

const lambdaPath = /^\/\d{4}-\d\d-\d\d\/(?:functions|event-source-mappings|layers)/u;

const bedrockPath =
  /^\/(?:model|guardrail|foundation-models|inference-profiles|knowledgebases|retrieveAndGenerate|retrieveAndGenerateStream|agents|runtimes|openai|anthropic)(?:[/?]|$)/u;
