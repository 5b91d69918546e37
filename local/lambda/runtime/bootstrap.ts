import { delimiter } from 'node:path';
import { callWithCallback, isThenable } from './callback-handler.ts';
import { installConsole, withRequestId } from './console-lines.ts';
import { redirectAnswers } from './redirect-answers.ts';
import { installModuleSearch } from './module-search.ts';
import { loadHandler, type Handler } from './load-handler.ts';
import { installAwslambda, isStreaming, watermarkOf } from './awslambda.ts';
import { createResponseStream } from './response-stream.ts';
import { createRuntimeClient, toErrorBody, type RuntimeEvent } from './runtime-client.ts';

/*
 * Runs inside an execution environment. It reimplements AWS's Node runtime interface client, whose
 * native code compiles on Linux only: it polls the Lambda Runtime API (2018-06-01) and calls the
 * handler. Like version 4 of the client, it serves nodejs24.x and later. For older runtimes, it
 * behaves like version 3, which supports callbacks and posts errors before the process exits.
 */

/** The first major version of Node whose runtime does not support callbacks. */
const firstWithoutCallbacks = 24;
const major = Number(/nodejs(\d+)/u.exec(process.env['AWS_EXECUTION_ENV'] ?? '')?.[1] ?? 24);
const takesCallbacks = major < firstWithoutCallbacks;

installConsole();
installAwslambda();
redirectAnswers(process.argv[3]);
installModuleSearch({
  taskRoot: requireVariable('LAMBDA_TASK_ROOT'),
  sdkFolders: (process.argv[2] ?? '').split(delimiter),
});
// The host holds the other end of stdin. When it closes, the host has gone.
process.stdin.once('end', () => process.exit(1)).resume();

const client = createRuntimeClient(requireVariable('AWS_LAMBDA_RUNTIME_API'));
let current: string | undefined;
process.on('uncaughtException', (error) => void exitWithError('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = takesCallbacks ? unhandledRejection(reason) : reason;
  void exitWithError('Unhandled Promise Rejection', error, 128);
});

const handler = await load();
for (;;) await run(handler, await client.next());

/** Version 3 reports a rejection under its own error type. */
function unhandledRejection(reason: unknown): Error {
  const error = new Error(String(reason));
  return Object.assign(error, { name: 'Runtime.UnhandledPromiseRejection', reason });
}

/**
 * Exits after a fatal error. Version 3 first reports it, and uses a separate exit status for each
 * kind.
 */
async function exitWithError(
  label: string,
  reason: unknown,
  version3Status: number,
): Promise<void> {
  console.error(label, JSON.stringify(toErrorBody(reason)));
  if (!takesCallbacks) process.exit(1);
  if (current !== undefined) await client.invocationError(current, reason).catch(() => undefined);
  process.exit(version3Status);
}

async function load(): Promise<Handler> {
  try {
    const root = requireVariable('LAMBDA_TASK_ROOT');
    return await loadHandler(root, requireVariable('_HANDLER'), takesCallbacks);
  } catch (error) {
    console.error('Uncaught Exception', JSON.stringify(toErrorBody(error)));
    await client.initError(error);
    process.exit(1);
  }
}

async function run(call: Handler, event: RuntimeEvent): Promise<void> {
  if (event.traceId !== undefined) process.env['_X_AMZN_TRACE_ID'] = event.traceId;
  current = event.requestId;
  await withRequestId(event.requestId, async () => {
    if (isStreaming(call)) await runStreaming(call, event);
    else await runBuffered(call, event);
  });
  current = undefined;
}

async function runBuffered(call: Handler, event: RuntimeEvent): Promise<void> {
  let result: string;
  try {
    const payload: unknown = JSON.parse(event.payload);
    // An open stdin would keep the event loop alive, and `beforeExit` would never be emitted.
    if (takesCallbacks) process.stdin.unref();
    result = stringify(
      takesCallbacks
        ? await callWithCallback(call, payload, createContext(event))
        : await call(payload, createContext(event)),
    );
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(toErrorBody(error)));
    return client.invocationError(event.requestId, error);
  } finally {
    process.stdin.ref();
  }
  client.respond(event.requestId, result);
}

function stringify(result: unknown): string {
  const text = tryStringify(result ?? null);
  if (typeof text === 'string') return text;
  // A function is no JSON. Version 3 was not seen to refuse one.
  if (takesCallbacks) return 'null';
  throw new TypeError('Wrong arguments');
}

function tryStringify(result: unknown): unknown {
  try {
    return JSON.stringify(result);
  } catch (cause) {
    const error = new Error('Unable to stringify response body', { cause });
    throw takesCallbacks ? error : Object.assign(error, { name: 'Runtime.JSONStringifyError' });
  }
}

async function runStreaming(call: Handler, event: RuntimeEvent): Promise<void> {
  const { stream, fail, completed } = createResponseStream(
    client.responseUrl(event.requestId),
    watermarkOf(call),
  );
  try {
    const returned = call(JSON.parse(event.payload), stream, createContext(event));
    if (!isThenable(returned)) throw new Error('Streaming does not support non-async handlers.');
    const value: unknown = await returned;
    if (value !== undefined) console.warn('Streaming handlers ignore return values.');
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(toErrorBody(error)));
    fail(error);
  }
  await completed;
}

/** Returns the context of a handler. `memoryLimitInMB` is a string, as on Lambda. */
function createContext(event: RuntimeEvent): Record<string, unknown> {
  return {
    awsRequestId: event.requestId,
    invokedFunctionArn: event.functionArn,
    xRayTraceId: event.traceId,
    functionName: requireVariable('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: requireVariable('AWS_LAMBDA_FUNCTION_VERSION'),
    memoryLimitInMB: requireVariable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    logGroupName: requireVariable('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: requireVariable('AWS_LAMBDA_LOG_STREAM_NAME'),
    clientContext: event.clientContext === undefined ? undefined : JSON.parse(event.clientContext),
    getRemainingTimeInMillis: () => event.deadlineMs - Date.now(),
  };
}

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set`);
  return value;
}
