import http from 'node:http';
import {
  invocationHeaders,
  type RuntimeInvocation,
} from '#local/lambda/environment/invocation-headers.ts';
import { trackConnections } from '#local/lambda/environment/connections.ts';
import { maxResponseBytes } from '#local/lambda/limits.ts';
import { isFromBrowser } from '#local/process/loopback.ts';
import { listen } from '#local/process/listen.ts';
import { messageChunks } from '#local/process/message-chunks.ts';
import {
  FunctionError,
  parseErrorBody,
  type FunctionErrorBody,
} from '#local/lambda/invoke/function-error.ts';

/** The result of an invocation. A streamed body throws a `FunctionError` if it is cut off. */
export type InvocationResult =
  | { readonly type: 'buffered'; readonly payload: Buffer }
  | {
      readonly type: 'streaming';
      readonly contentType: string;
      readonly body: AsyncIterable<Buffer>;
    }
  | { readonly type: 'error'; readonly error: FunctionErrorBody };

/** Receives the events of the environment that uses the Runtime API. */
export interface RuntimeListener {
  /** The environment polls for work: it has finished its init phase or its last invocation. */
  onReady(): void;
  onResult(result: InvocationResult): void;
  /** A streamed response ended with an error, or was cut off. */
  onStreamError(): void;
  onInitError(error: FunctionErrorBody): void;
}

export interface RuntimeApi {
  /** `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Sends an invocation to the environment, which must be ready. */
  send(invocation: RuntimeInvocation): void;
  /** Sets the error that a streamed body in progress throws when the environment ends. */
  fail(error: FunctionError): void;
  /**
   * Resolves when everything that the exited environment sent has been read: a response that it
   * began counts, even if its process is gone before the host has read the first byte.
   */
  drained(): Promise<void>;
  /** Closes all connections at once. */
  close(): void;
}

/**
 * Starts the Lambda Runtime API (2018-06-01) for one environment. Each environment needs its own
 * server, because AWS_LAMBDA_RUNTIME_API cannot contain an environment's name.
 */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  const state: State = { listener, hasStarted: false };
  const server = http.createServer((request, response) => {
    route(state, request, response).catch(() => request.destroy());
  });
  // An invocation has its own timeout, and a stream may pause for as long as its reader does.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  const connections = trackConnections(server);
  const port = await listen(server, { port: 0, option: 'none' });
  return {
    address: `127.0.0.1:${port}`,
    send(invocation) {
      state.current = { invocation, hasResult: false };
      sendNext(state);
    },
    fail(error) {
      state.failure = error;
    },
    drained: () => connections.drained(() => state.current?.hasResult === true),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface State {
  readonly listener: RuntimeListener;
  current?: { readonly invocation: RuntimeInvocation; hasResult: boolean } | undefined;
  /** A poll that waits for work, or that arrived before the last invocation's result. */
  parked?: http.ServerResponse | undefined;
  /** Why the environment is terminated, if it does not exit by itself. */
  failure?: FunctionError;
  /** Whether the environment has polled for work, which ends its init phase. */
  hasStarted: boolean;
}

async function route(
  state: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  // No web page may use the Runtime API, not even a page of this machine.
  if (isFromBrowser(request.headers)) return sendNotFound(response);
  const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
  const [, id = '', kind] = /^invocation\/([^/]+)\/(response|error)$/u.exec(path) ?? [];
  const isNext = path === 'invocation/next';
  if (!isNext && path !== 'init/error' && kind === undefined) return sendNotFound(response);
  if (request.method !== (isNext ? 'GET' : 'POST')) return sendMethodNotAllowed(response);
  if (isNext) return parkPoll(state, response);
  if (kind === undefined) return acceptInitError(state, request, response);
  await acceptResult(state, { id, kind, request, response });
}

function parkPoll(state: State, response: http.ServerResponse): void {
  state.hasStarted = true;
  state.parked = response;
  response.once('close', () => {
    if (state.parked === response) state.parked = undefined;
  });
  if (state.current === undefined) state.listener.onReady();
}

/** A posted result: `kind` is `response` or `error`. */
interface ResultRequest {
  readonly id: string;
  readonly kind: string;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

async function acceptResult(
  state: State,
  { id, kind, request, response }: ResultRequest,
): Promise<void> {
  const { current } = state;
  const mode = request.headers['lambda-runtime-function-response-mode'];
  if (current?.invocation.requestId !== id) return sendError(response, 400, 'InvalidRequestID');
  if (current.hasResult) return sendError(response, 403, 'InvalidStateTransition');
  if (mode !== undefined && mode !== 'streaming') {
    return sendError(response, 400, 'InvalidFunctionResponseMode');
  }
  current.hasResult = true;
  if (kind === 'error') await acceptInvocationError(state, request);
  else if (mode === 'streaming') await acceptStreamedResponse(state, request);
  else if (!(await acceptBufferedResponse(state, request)))
    sendError(response, 413, 'RequestEntityTooLarge');
  if (!response.headersSent) sendAccepted(response);
  state.current = undefined;
  if (state.parked !== undefined) state.listener.onReady();
}

/** Answers the waiting poll with the invocation. */
function sendNext(state: State): void {
  const { current, parked } = state;
  if (current === undefined || parked === undefined) return;
  state.parked = undefined;
  const { payload } = current.invocation;
  parked.writeHead(200, invocationHeaders(current.invocation));
  parked.end(payload);
}

async function acceptStreamedResponse(state: State, request: http.IncomingMessage): Promise<void> {
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  const end = Promise.withResolvers<void>();
  const body = streamedBody(state, request, end.resolve);
  state.listener.onResult({ type: 'streaming', contentType, body });
  await end.promise;
  if (!request.complete || request.trailers[errorTrailer] !== undefined) {
    state.listener.onStreamError();
  }
}

/** Returns false if the response is too large; the listener then receives an error. */
async function acceptBufferedResponse(
  { listener }: State,
  request: http.IncomingMessage,
): Promise<boolean> {
  const payload = await readBody(request).catch(() => 'cut' as const);
  if (payload === 'cut') {
    listener.onResult({ type: 'error', error: truncatedResponseError().body });
    return true;
  }
  if (payload !== undefined) {
    listener.onResult({ type: 'buffered', payload });
    return true;
  }
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  listener.onResult({
    type: 'error',
    error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
  });
  return false;
}

/**
 * Yields the bytes of a streamed response as the environment writes them, with backpressure. If the
 * reader stops early, the rest is read and discarded, so that the function can finish.
 */
async function* streamedBody(
  state: State,
  request: http.IncomingMessage,
  onEnd: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  request.once('end', onEnd);
  request.once('close', onEnd);
  try {
    yield* messageChunks(request);
  } catch {
    throw state.failure ?? truncatedResponseError();
  } finally {
    request.resume();
  }
  const error = request.trailers[errorTrailer];
  if (error !== undefined) throw new FunctionError(toErrorBody(Buffer.from(error, 'base64')));
}

const errorTrailer = 'lambda-runtime-function-error-body';

function truncatedResponseError(): FunctionError {
  const errorMessage = 'The response of the function was cut off.';
  return new FunctionError({ errorType: 'Runtime.TruncatedResponse', errorMessage });
}

async function acceptInvocationError(
  { listener }: State,
  request: http.IncomingMessage,
): Promise<void> {
  listener.onResult({ type: 'error', error: toErrorBody(await readBody(request)) });
}

async function acceptInitError(
  { listener, hasStarted }: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const body = toErrorBody(await readBody(request));
  if (hasStarted) return sendError(response, 403, 'InvalidStateTransition');
  listener.onInitError(body);
  sendAccepted(response);
}

function toErrorBody(bytes: Buffer | undefined): FunctionErrorBody {
  return parseErrorBody(bytes?.toString('utf8') ?? '');
}

/** Reads a body to its end. Returns `undefined` if it is too large. */
async function readBody(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of messageChunks(request)) {
    length += chunk.length;
    if (length <= maxResponseBytes) chunks.push(chunk);
  }
  return length <= maxResponseBytes ? Buffer.concat(chunks) : undefined;
}

function sendAccepted(response: http.ServerResponse): void {
  send(response, 202, 'application/json', '{"status":"OK"}\n');
}

function send(response: http.ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const errorMessages = {
  InvalidRequestID: 'Invalid request ID',
  InvalidStateTransition: 'Transition is not allowed',
  InvalidFunctionResponseMode: 'Invalid function response mode',
  RequestEntityTooLarge: `Exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
} as const;

function sendError(
  response: http.ServerResponse,
  status: number,
  errorType: keyof typeof errorMessages,
): void {
  const body = JSON.stringify({ errorMessage: errorMessages[errorType], errorType });
  send(response, status, 'application/json', body);
}

function sendNotFound(response: http.ServerResponse): void {
  send(response, 404, 'text/plain; charset=utf-8', '404 page not found\n');
}

/** AWS's own client requires a content type. */
function sendMethodNotAllowed(response: http.ServerResponse): void {
  response.writeHead(405, { 'content-type': 'text/plain; charset=utf-8' }).end();
}
