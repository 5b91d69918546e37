import { currentRequestId } from './console-lines.ts';
import { setContentType, type RuntimeStream } from './response-stream.ts';

const streamingSymbol = Symbol.for('aws.lambda.runtime.handler.streaming');
const highWaterMarkSymbol = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** Puts `awslambda` where handlers expect it, unless the function does not want it. */
export function installAwslambda(): void {
  if (/^(?:1|true)$/u.test(process.env['AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA'] ?? '')) return;
  const existing: unknown = Reflect.get(globalThis, 'awslambda');
  const known = typeof existing === 'object' ? existing : {};
  const awslambda = { ...known, streamifyResponse, HttpResponseStream, InvokeStore };
  Object.assign(globalThis, { awslambda });
}

/** What is known about the invocation that runs. */
const InvokeStore = {
  getRequestId: (): string => currentRequestId() ?? '-',
  getXRayTraceId: (): string | undefined => process.env['_X_AMZN_TRACE_ID'],
};

/** Marks a handler as streaming; it is not wrapped. */
function streamifyResponse<Marked extends object>(
  handler: Marked,
  options?: { highWaterMark?: number },
): Marked {
  Object.assign(handler, { [streamingSymbol]: 'response' });
  if (typeof options?.highWaterMark === 'number') {
    Object.assign(handler, { [highWaterMarkSymbol]: options.highWaterMark });
  }
  return handler;
}

/** Whether a handler streams. Throws for a mark that Lambda does not know. */
export function isStreaming(handler: object): boolean {
  const mark: unknown = Reflect.get(handler, streamingSymbol);
  if (mark === undefined || mark === null) return false;
  if (mark === 'response') return true;
  const error = new Error('Only response streaming is supported.');
  throw Object.assign(error, { name: 'Runtime.MalformedStreamingHandler' });
}

export function watermarkOf(handler: object): number | undefined {
  const mark: unknown = Reflect.get(handler, highWaterMarkSymbol);
  return typeof mark === 'number' ? mark : undefined;
}

/**
 * Puts status, headers and cookies before the body. As on Lambda they wait for the first `write`,
 * so a stream that only ends never sends them.
 */
const HttpResponseStream = {
  from(stream: RuntimeStream, metadata: unknown): RuntimeStream {
    setContentType(stream, 'application/vnd.awslambda.http-integration-response');
    const prelude = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(new Uint8Array(8));
    };
    return stream;
  },
};
