import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import net from 'node:net';
import { detectProtocol } from '#local/gateway/detect-protocol.ts';
import { serviceId } from '#local/host/remote-services.ts';
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

/** The server for all AWS services. */
export interface Gateway {
  readonly server: net.Server;
  /** Returns how many responses have not ended. */
  openResponses(): number;
  close(): Promise<void>;
}

/** Returns the engine for a request, or undefined if its service is not hosted here. */
export type Router = (request: AwsRequest) => Engine | undefined;

export interface GatewayOptions {
  /** With a certificate the port also accepts TLS, for HTTP/1.1 and HTTP/2. */
  readonly certificate?: Pick<Certificate, 'cert' | 'key'>;
  /** An address other than loopback on which the server listens. */
  readonly ownHost?: string | undefined;
}

/**
 * Creates the server that receives the requests to every AWS service on one port. It accepts
 * HTTP/1.1, and HTTP/2 without TLS (prior knowledge).
 */
export function createGateway(
  route: Router,
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
    const awsResponse = toAwsResponse(response, randomUUID(), connection);
    handleRequest(route, request, awsResponse, ownHost).catch(() => response.destroy());
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
    detectProtocol(socket, (protocol) => {
      const target = servers[protocol];
      if (target === undefined) socket.destroy();
      else target.emit('connection', socket);
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

async function handleRequest(
  route: Router,
  request: IncomingMessage | Http2ServerRequest,
  response: AwsResponse,
  ownHost: string | undefined,
): Promise<void> {
  const refuse = (status: number, code: string): void => {
    response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
    response.end(JSON.stringify({ __type: code, message: refusals[code] }));
  };
  // Foreign web pages must not call AWS services here, not even under a name that they control.
  const source = readRequestSource(request.headers, ownHost);
  if (source.type !== 'local') return refuse(403, 'AccessDeniedException');
  const { method = 'GET', url = '/', headers } = request;
  const service = serviceOf({ method, url, headers, body: Buffer.alloc(0) });
  const whole = await readRequest(request, maxBytes.get(service ?? '') ?? maxRequestBytes);
  if (whole === undefined) return refuse(413, 'RequestTooLargeException');
  const engine = route(whole);
  if (engine === undefined) return rejectUnhosted(whole, response);
  await engine(whole, response);
}

/** The largest request body of a service without one of its own: Bedrock's InvokeModel. */
const maxRequestBytes = 25 * 1024 * 1024;

/** The largest request bodies of services that take whole objects or archives, in memory. */
const maxBytes: ReadonlyMap<string, number> = new Map([
  ['s3', 256 * 1024 * 1024],
  ['lambda', 70 * 1024 * 1024],
]);

const refusals: Readonly<Record<string, string>> = {
  AccessDeniedException: 'Only requests from this machine, to one of its own names, are accepted.',
  RequestTooLargeException: 'The request body is too large.',
};

/** Returns an error in the protocol of the request: XML for the query protocol, otherwise JSON. */
function rejectUnhosted(request: AwsRequest, response: AwsResponse): void {
  const service = serviceOf(request);
  const message =
    service === undefined
      ? 'No service that is hosted here handles this request.'
      : `The service ${service} is not hosted here. --endpoint ${serviceId(service)}=URL sends its requests elsewhere.`;
  const isQuery = String(request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (isQuery) {
    const Error = { Type: 'Sender', Code: 'InvalidAction', Message: message };
    response.start(404, { 'content-type': 'text/xml' });
    response.end(
      `<ErrorResponse>${toXml({ Error, RequestId: response.requestId })}</ErrorResponse>`,
    );
    return;
  }
  response.start(404, {
    'content-type': 'application/json',
    'x-amzn-errortype': 'UnknownOperationException',
  });
  response.end(JSON.stringify({ __type: 'UnknownOperationException', message }));
}

/** Returns the service that a request is for, from its signature, its headers or its path. */
export function serviceOf({ headers, url }: AwsRequest): string | undefined {
  if (url.startsWith('/_streambed/')) return tracesPath.test(url) ? 'traces' : 'bedrock';
  const signed = signedService(headers) ?? presignedService(url);
  // Bedrock's APIs are signed under several names, and one engine handles all of them.
  if (signed?.startsWith('bedrock') === true) return 'bedrock';
  if (signed !== undefined) return signed;
  const target = headers['x-amz-target']?.toString() ?? '';
  const byTarget = targets.find(([prefix]) => target.startsWith(prefix));
  if (byTarget !== undefined) return byTarget[1];
  if (bedrockPath.test(url)) return 'bedrock';
  if (lambdaPath.test(url)) return 'lambda';
  if (url.startsWith('/service/GraniteServiceVersion20100801/')) return 'monitoring';
  // A path that no other service uses begins with the name of a bucket.
  return target === '' && /^\/[a-z\d][a-z\d.-]{2,}(?:[/?]|$)/u.test(url) ? 's3' : undefined;
}

const targets: readonly (readonly [prefix: string, service: string])[] = [
  ['DynamoDB_', 'dynamodb'],
  ['DynamoDBStreams_', 'dynamodb'],
  ['AmazonSQS.', 'sqs'],
  ['AWSStepFunctions.', 'states'],
  ['AmazonSSM.', 'ssm'],
  ['secretsmanager.', 'secretsmanager'],
  ['AWSEvents.', 'events'],
  ['Logs_', 'logs'],
  ['GraniteServiceVersion20100801.', 'monitoring'],
  ['AWSCognitoIdentityProviderService.', 'cognito-idp'],
];

/** Returns the service in the query of a presigned URL. */
function presignedService(url: string): string | undefined {
  return /[?&]X-Amz-Credential=[^&]+?%2F([\w-]+)%2Faws4_request/u.exec(url)?.[1];
}

const tracesPath = /^\/_streambed\/traces(?:\?|$)/u;

const lambdaPath =
  /^\/\d{4}-\d\d-\d\d\/(?:account-settings|functions|event-source-mappings|layers)/u;

const bedrockPath =
  /^\/(?:model|guardrail|foundation-models|foundation-model-availability|inference-profiles|knowledgebases|retrieveAndGenerate|retrieveAndGenerateStream|agents|runtimes|openai|anthropic|v1)(?:[/?]|$)/u;
