import { installConsole, withRequestId } from './console-lines.ts';
import { loadHandler, type Handler } from './load-handler.ts';
import { streamifyResponse, HttpResponseStream, isStreaming, watermarkOf } from './awslambda.ts';
import { createResponseStream } from './response-stream.ts';
import { createRuntimeClient, toErrorBody, type RuntimeEvent } from './runtime-client.ts';

/*
 * What runs inside an execution environment: AWS's Node runtime interface client 4.x, told again
 * in plain code because the original compiles on Linux only. It polls the Lambda Runtime API
 * (2018-06-01) and calls the handler.
 */

installConsole();
Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
// The other end of this pipe is the host: whoever loses it has nobody left to work for.
process.stdin.once('end', () => process.exit(1)).resume();
process.on('uncaughtException', (error) => {
  console.error('Uncaught Exception', JSON.stringify(toErrorBody(error)));
  process.exit(1);
});
process.on('unhandledRejection', (reason) => {
  console.error('Unhandled Promise Rejection', JSON.stringify(toErrorBody(reason)));
  process.exit(1);
});

const client = createRuntimeClient(variable('AWS_LAMBDA_RUNTIME_API'));
const handler = await load();
for (;;) await run(handler, await client.next());

async function load(): Promise<Handler> {
  try {
    return await loadHandler(variable('LAMBDA_TASK_ROOT'), variable('_HANDLER'));
  } catch (error) {
    console.error('Uncaught Exception', JSON.stringify(toErrorBody(error)));
    await client.initError(error);
    process.exit(1);
  }
}

async function run(call: Handler, event: RuntimeEvent): Promise<void> {
  if (event.traceId !== undefined) process.env['_X_AMZN_TRACE_ID'] = event.traceId;
  await withRequestId(event.requestId, async () => {
    if (isStreaming(call)) await runStreaming(call, event);
    else await runBuffered(call, event);
  });
}

async function runBuffered(call: Handler, event: RuntimeEvent): Promise<void> {
  let result: unknown;
  try {
    result = JSON.stringify(await call(JSON.parse(event.payload), contextOf(event)));
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(toErrorBody(error)));
    return client.invocationError(event.requestId, error);
  }
  await client.respond(event.requestId, typeof result === 'string' ? result : 'null');
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
    getRemainingTimeInMillis: () => event.deadlineMs - Date.now(),
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The environment variable ${name} is not set`);
  return value;
}
