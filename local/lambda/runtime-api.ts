import http from 'node:http';
import { listen } from '#local/listen.ts';
import { FunctionError, type FunctionErrorBody } from '#local/lambda/function-error.ts';

/** An invocation as the Runtime API hands it to an environment. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly payload: Buffer;
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
  /** Cuts every connection; a body that is being read breaks off with this error. */
  close(error: FunctionError): void;
}

/** The limit of a buffered answer: 6 MiB and a little (AWS's runtime interface emulator). */
const maxAnswerBytes = 6_291_556;

/** The Lambda Runtime API (2018-06-01) for one environment: the address has no room for a name. */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  const state: State = { listener };
  const server = http.createServer((request, response) => {
    route(state, request, response).catch(() => request.destroy());
  });
  // A stream may pause for as long as its reader does.
  server.requestTimeout = 0;
  const port = await listen(server, { port: 0, option: 'none' });
  return {
    address: `127.0.0.1:${port}`,
    send(invocation) {
      state.current = { invocation, answered: false };
      giveNext(state);
    },
    close(error) {
      state.failure = error;
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
  /** Why the environment was ended, once it was. */
  failure?: FunctionError;
}

async function route(
  state: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
  if (path === 'invocation/next') {
    if (request.method !== 'GET') return notAllowed(response);
    state.parked = response;
    if (state.current === undefined) state.listener.ready();
    return;
  }
  if (request.method !== 'POST') return notAllowed(response);
  if (path === 'init/error') return takeInitError(state, request, response);
  const [, id, kind] = /^invocation\/([^/]+)\/(response|error)$/u.exec(path) ?? [];
  if (kind === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('404 page not found\n');
    return;
  }
  const { current } = state;
  if (current?.invocation.requestId !== id) return refuse(response, 400, 'InvalidRequestID');
  if (current?.answered === true) return refuse(response, 403, 'InvalidStateTransition');
  if (current !== undefined) current.answered = true;
  if (kind === 'error') await takeError(state, request);
  else if (!(await takeResponse(state, request, response))) return;
  accept(response);
  state.current = undefined;
  if (state.parked !== undefined) state.listener.ready();
}

/** Gives the waiting poll its invocation; AWS's own client cannot do without a content type. */
function giveNext(state: State): void {
  const { current, parked } = state;
  if (current === undefined || parked === undefined) return;
  state.parked = undefined;
  const { requestId, functionArn, deadlineMs, payload } = current.invocation;
  parked.writeHead(200, {
    'content-type': 'application/json',
    'content-length': payload.length,
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': deadlineMs,
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': traceId(requestId),
  });
  parked.end(payload);
}

function traceId(requestId: string): string {
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${hex.slice(0, 8)}-${hex.slice(8, 32)};Parent=${hex.slice(0, 16)};Sampled=0`;
}

/** False when the answer was refused and the refusal sent. */
async function takeResponse(
  state: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<boolean> {
  const { listener } = state;
  const mode = request.headers['lambda-runtime-function-response-mode'];
  if (mode !== undefined && mode !== 'streaming') {
    refuse(response, 400, 'InvalidFunctionResponseMode');
    return false;
  }
  if (mode === 'streaming') {
    const contentType = request.headers['content-type'] ?? 'application/octet-stream';
    const end = Promise.withResolvers<void>();
    listener.answer({
      type: 'streaming',
      contentType,
      body: streamedBody(state, request, end.resolve),
    });
    await end.promise;
    return true;
  }
  const payload = await readAll(request);
  if (payload.length > maxAnswerBytes) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
    listener.answer({
      type: 'error',
      error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
    });
    return true;
  }
  listener.answer({ type: 'buffered', payload });
  return true;
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
  if (error !== undefined)
    throw new FunctionError(JSON.parse(Buffer.from(error, 'base64').toString()));
}

function truncated(): FunctionError {
  const errorMessage = 'The response of the function was cut off.';
  return new FunctionError({ errorType: 'Runtime.TruncatedResponse', errorMessage });
}

async function takeError({ listener }: State, request: http.IncomingMessage): Promise<void> {
  listener.answer({ type: 'error', error: JSON.parse((await readAll(request)).toString('utf8')) });
}

async function takeInitError(
  { listener }: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  listener.initFailed(JSON.parse((await readAll(request)).toString('utf8')));
  accept(response);
}

async function readAll(request: http.IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request));
}

function accept(response: http.ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' });
  response.end('{"status":"OK"}\n');
}

const refusals = {
  InvalidRequestID: 'Invalid request ID',
  InvalidStateTransition: 'Transition is not allowed',
  InvalidFunctionResponseMode: 'Invalid function response mode',
} as const;

function refuse(
  response: http.ServerResponse,
  status: number,
  errorType: keyof typeof refusals,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errorMessage: refusals[errorType], errorType }));
}

function notAllowed(response: http.ServerResponse): void {
  response.writeHead(405).end();
}
