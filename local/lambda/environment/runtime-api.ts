import http from 'node:http';
import { isFromBrowser } from '#local/process/loopback.ts';
import { listen } from '#local/process/listen.ts';
import {
  FunctionError,
  parseErrorBody,
  type FunctionErrorBody,
} from '#local/lambda/invoke/function-error.ts';

/** An invocation as the Runtime API hands it to an environment. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
}

/** What an environment answers; a streamed body throws a `FunctionError` where it breaks off. */
export type RuntimeAnswer =
  | { readonly type: 'buffered'; readonly payload: Buffer }
  | {
      readonly type: 'streaming';
      readonly contentType: string;
      readonly body: AsyncIterable<Buffer>;
    }
  | { readonly type: 'error'; readonly error: FunctionErrorBody };

/** What the Runtime API tells of its environment. */
export interface RuntimeListener {
  /** The environment asks for work: it has finished starting, or its last invocation. */
  ready(): void;
  answer(answer: RuntimeAnswer): void;
  initFailed(error: FunctionErrorBody): void;
}

export interface RuntimeApi {
  /** `host:port`, as AWS_LAMBDA_RUNTIME_API wants it. */
  readonly address: string;
  /** Hands out an invocation to the environment, which must be ready. */
  send(invocation: RuntimeInvocation): void;
  /** Says why the environment is about to end: a body that is being read breaks off with this error. */
  fail(error: FunctionError): void;
  /** Cuts every connection. */
  close(): void;
}

/** The limit of a buffered answer: 6 MiB and a little (AWS's runtime interface emulator). */
const maxAnswerBytes = 6_291_556;

/** The Lambda Runtime API (2018-06-01) for one environment: the address has no room for a name. */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  const state: State = { listener, hasStarted: false };
  const server = http.createServer((request, response) => {
    route(state, request, response).catch(() => request.destroy());
  });
  // A function may think for as long as it has time, and a stream pause as long as its reader.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  const port = await listen(server, { port: 0, option: 'none' });
  return {
    address: `127.0.0.1:${port}`,
    send(invocation) {
      state.current = { invocation, answered: false };
      giveNext(state);
    },
    fail(error) {
      state.failure = error;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface State {
  readonly listener: RuntimeListener;
  current?: { readonly invocation: RuntimeInvocation; answered: boolean } | undefined;
  /** A poll that waits for work, or that came before the answer to the last invocation. */
  parked?: http.ServerResponse | undefined;
  /** Why the environment is ended, where it does not end by itself. */
  failure?: FunctionError;
  /** Whether the environment has asked for work, and so has started. */
  hasStarted: boolean;
}

async function route(
  state: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  // No page has any business here, not even one of this machine.
  if (isFromBrowser(request.headers)) return unknownPath(response);
  const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
  const [, id = '', kind] = /^invocation\/([^/]+)\/(response|error)$/u.exec(path) ?? [];
  const isNext = path === 'invocation/next';
  if (!isNext && path !== 'init/error' && kind === undefined) return unknownPath(response);
  if (request.method !== (isNext ? 'GET' : 'POST')) return notAllowed(response);
  if (isNext) return park(state, response);
  if (kind === undefined) return takeInitError(state, request, response);
  await takeAnswer(state, { id, kind, request, response });
}

function park(state: State, response: http.ServerResponse): void {
  state.hasStarted = true;
  state.parked = response;
  response.once('close', () => {
    if (state.parked === response) state.parked = undefined;
  });
  if (state.current === undefined) state.listener.ready();
}

interface Incoming {
  readonly id: string;
  readonly kind: string;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

async function takeAnswer(state: State, { id, kind, request, response }: Incoming): Promise<void> {
  const { current } = state;
  const mode = request.headers['lambda-runtime-function-response-mode'];
  if (current?.invocation.requestId !== id) return refuse(response, 400, 'InvalidRequestID');
  if (current.answered) return refuse(response, 403, 'InvalidStateTransition');
  if (mode !== undefined && mode !== 'streaming') {
    return refuse(response, 400, 'InvalidFunctionResponseMode');
  }
  current.answered = true;
  if (kind === 'error') await takeError(state, request);
  else if (mode === 'streaming') await takeStream(state, request);
  else if (!(await takeResult(state, request))) refuse(response, 413, 'RequestEntityTooLarge');
  if (!response.headersSent) accept(response);
  state.current = undefined;
  if (state.parked !== undefined) state.listener.ready();
}

/** Gives the waiting poll its invocation; AWS's own client cannot do without a content type. */
function giveNext(state: State): void {
  const { current, parked } = state;
  if (current === undefined || parked === undefined) return;
  state.parked = undefined;
  const { requestId, functionArn, deadlineMs, payload, clientContext } = current.invocation;
  parked.writeHead(200, {
    'content-type': 'application/json',
    'content-length': payload.length,
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': deadlineMs,
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': traceId(requestId),
    ...(clientContext === undefined
      ? {}
      : { 'lambda-runtime-client-context': asAscii(clientContext) }),
  });
  parked.end(payload);
}

/** A header takes no other letters, and JSON has a way to write them. */
function asAscii(json: string): string {
  return json.replaceAll(/[^\u{20}-\u{7E}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

function traceId(requestId: string): string {
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${hex.slice(0, 8)}-${hex.slice(8, 32)};Parent=${hex.slice(0, 16)};Sampled=0`;
}

async function takeStream(state: State, request: http.IncomingMessage): Promise<void> {
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  const end = Promise.withResolvers<void>();
  const body = streamedBody(state, request, end.resolve);
  state.listener.answer({ type: 'streaming', contentType, body });
  await end.promise;
}

/** False for a result that is too large, of which the invoker hears. */
async function takeResult({ listener }: State, request: http.IncomingMessage): Promise<boolean> {
  const payload = await collect(request).catch(() => 'cut' as const);
  if (payload === 'cut') {
    listener.answer({ type: 'error', error: truncated().body });
    return true;
  }
  if (payload !== undefined) {
    listener.answer({ type: 'buffered', payload });
    return true;
  }
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
  listener.answer({
    type: 'error',
    error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
  });
  return false;
}

/**
 * The bytes of a streamed answer as the environment writes them, no faster than they are read. A
 * reader that leaves does not disturb the function: the rest is read and dropped.
 */
async function* streamedBody(
  state: State,
  request: http.IncomingMessage,
  onEnd: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  request.once('end', onEnd);
  request.once('close', onEnd);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk;
  } catch {
    throw state.failure ?? truncated();
  } finally {
    request.resume();
  }
  const error = request.trailers['lambda-runtime-function-error-body'];
  if (error !== undefined) throw new FunctionError(toErrorBody(Buffer.from(error, 'base64')));
}

function truncated(): FunctionError {
  const errorMessage = 'The response of the function was cut off.';
  return new FunctionError({ errorType: 'Runtime.TruncatedResponse', errorMessage });
}

async function takeError({ listener }: State, request: http.IncomingMessage): Promise<void> {
  listener.answer({ type: 'error', error: toErrorBody(await collect(request)) });
}

async function takeInitError(
  { listener, hasStarted }: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const body = toErrorBody(await collect(request));
  if (hasStarted) return refuse(response, 403, 'InvalidStateTransition');
  listener.initFailed(body);
  accept(response);
}

function toErrorBody(bytes: Buffer | undefined): FunctionErrorBody {
  return parseErrorBody(bytes?.toString('utf8') ?? '');
}

/** A whole body, or nothing when it is too large; it is read to its end either way. */
async function collect(request: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= maxAnswerBytes) chunks.push(chunk);
  }
  return length <= maxAnswerBytes ? Buffer.concat(chunks) : undefined;
}

function accept(response: http.ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' });
  response.end('{"status":"OK"}\n');
}

const refusals = {
  InvalidRequestID: 'Invalid request ID',
  InvalidStateTransition: 'Transition is not allowed',
  InvalidFunctionResponseMode: 'Invalid function response mode',
  RequestEntityTooLarge: `Exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`,
} as const;

function refuse(
  response: http.ServerResponse,
  status: number,
  errorType: keyof typeof refusals,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errorMessage: refusals[errorType], errorType }));
}

function unknownPath(response: http.ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('404 page not found\n');
}

/** AWS's own client cannot do without a content type. */
function notAllowed(response: http.ServerResponse): void {
  response.writeHead(405, { 'content-type': 'text/plain; charset=utf-8' }).end();
}
