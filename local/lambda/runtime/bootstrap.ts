import { callWithCallback } from './callback-handler.ts';
import { installConsole, withRequestId } from './console-lines.ts';
import { installModuleSearch } from './module-search.ts';
import { loadHandler, type Handler } from './load-handler.ts';
import { installAwslambda, isStreaming, watermarkOf } from './awslambda.ts';
import { createResponseStream } from './response-stream.ts';
import { createRuntimeClient, toErrorBody, type RuntimeEvent } from './runtime-client.ts';

/*
 * What runs inside an execution environment: AWS's Node runtime interface client, told again in
 * plain code because the original compiles on Linux only. It polls the Lambda Runtime API
 * (2018-06-01) and calls the handler. Version 4 serves nodejs24.x and later; version 3, with
 * callbacks and with errors posted before the process ends, the runtimes before it.
 */

/** The first major version of Node whose runtime knows no callbacks. */
const firstWithoutCallbacks = 24;
const major = Number(/nodejs(\d+)/u.exec(process.env['AWS_EXECUTION_ENV'] ?? '')?.[1] ?? 24);
const takesCallbacks = major < firstWithoutCallbacks;

installConsole();
installAwslambda();
installModuleSearch({ root: variable('LAMBDA_TASK_ROOT'), sdkRoot: process.argv[2] });
// The other end of this pipe is the host: whoever loses it has nobody left to work for.
process.stdin.once('end', () => process.exit(1)).resume();

const client = createRuntimeClient(variable('AWS_LAMBDA_RUNTIME_API'));
let current: string | undefined;
process.on('uncaughtException', (error) => void die('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const told = takesCallbacks ? unhandledRejection(reason) : reason;
  void die('Unhandled Promise Rejection', told, 128);
});

const handler = await load();
for (;;) await run(handler, await client.next());

/** Version 3 calls a rejection by a name of its own. */
function unhandledRejection(reason: unknown): Error {
  const error = new Error(String(reason));
  return Object.assign(error, { name: 'Runtime.UnhandledPromiseRejection', reason });
}

/** Version 3 tells the caller before it ends, and by its status which of the two it was. */
async function die(what: string, reason: unknown, olderStatus: number): Promise<void> {
  console.error(what, JSON.stringify(toErrorBody(reason)));
  if (!takesCallbacks) process.exit(1);
  if (current !== undefined) await client.invocationError(current, reason).catch(() => undefined);
  process.exit(olderStatus);
}

async function load(): Promise<Handler> {
  try {
    const named = { root: variable('LAMBDA_TASK_ROOT'), name: variable('_HANDLER') };
    return await loadHandler({ ...named, takesCallbacks });
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
  let result: unknown;
  try {
    const given: unknown = JSON.parse(event.payload);
    // Only a loop in which nothing else waits tells that a handler has nothing left to do.
    if (takesCallbacks) process.stdin.unref();
    result = stringify(
      takesCallbacks
        ? await callWithCallback(call, given, contextOf(event))
        : await call(given, contextOf(event)),
    );
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(toErrorBody(error)));
    return client.invocationError(event.requestId, error);
  } finally {
    process.stdin.ref();
  }
  await client.respond(event.requestId, typeof result === 'string' ? result : 'null');
}

function stringify(result: unknown): unknown {
  try {
    return JSON.stringify(result);
  } catch (error) {
    throw new Error('Unable to stringify response body', { cause: error });
  }
}

async function runStreaming(call: Handler, event: RuntimeEvent): Promise<void> {
  const { stream, fail, answered } = createResponseStream(
    client.responseUrl(event.requestId),
    watermarkOf(call),
  );
  try {
    const returned = call(JSON.parse(event.payload), stream, contextOf(event));
    if (!(returned instanceof Promise)) {
      throw new TypeError('Streaming does not support non-async handlers.');
    }
    const value: unknown = await returned;
    if (value !== undefined) console.warn('Streaming handlers ignore return values.');
    if (!stream.writableEnded) console.warn('Response stream is not finished.');
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(toErrorBody(error)));
    fail(error);
  }
  await answered;
}

/** The context of a handler; `memoryLimitInMB` is a string on Lambda, too. */
function contextOf(event: RuntimeEvent): Record<string, unknown> {
  return {
    awsRequestId: event.requestId,
    invokedFunctionArn: event.functionArn,
    xRayTraceId: event.traceId,
    functionName: variable('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: variable('AWS_LAMBDA_FUNCTION_VERSION'),
    memoryLimitInMB: variable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    logGroupName: variable('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: variable('AWS_LAMBDA_LOG_STREAM_NAME'),
    clientContext: event.clientContext === undefined ? undefined : JSON.parse(event.clientContext),
    getRemainingTimeInMillis: () => event.deadlineMs - Date.now(),
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set`);
  return value;
}
