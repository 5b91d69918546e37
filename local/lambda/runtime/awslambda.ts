import { currentRequestId } from './console-lines.ts';
import { setContentType, type RuntimeStream } from './response-stream.ts';

const streamingSymbol = Symbol.for('aws.lambda.runtime.handler.streaming');
const highWaterMarkSymbol = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** Installs the global `awslambda`, unless the function opts out with an environment variable. */
export function installAwslambda(): void {
  if (/^(?:1|true)$/u.test(process.env['AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA'] ?? '')) return;
  const existing: unknown = Reflect.get(globalThis, 'awslambda');
  const base = typeof existing === 'object' ? existing : {};
  const awslambda = { ...base, streamifyResponse, HttpResponseStream, InvokeStore };
  Object.assign(globalThis, { awslambda });
}

/** Facts about the current invocation. */
const InvokeStore = {
  getRequestId: (): string => currentRequestId() ?? '-',
  getXRayTraceId: (): string | undefined => process.env['_X_AMZN_TRACE_ID'],
};

/** Marks a handler as streaming and returns it unwrapped. */
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

/** Whether a handler is marked as streaming. Throws for a mark that Lambda does not support. */
export function isStreaming(handler: object): boolean {
  const mark: unknown = Reflect.get(handler, streamingSymbol);
  if (!mark) return false;
  if (mark === 'response') return true;
  const error = new Error('Only response streaming is supported.');
  throw Object.assign(error, { name: 'Runtime.MalformedStreamingHandler' });
}

/** Returns the high-water mark that `streamifyResponse` has set, if any. */
export function watermarkOf(handler: object): number | undefined {
  const mark: unknown = Reflect.get(handler, highWaterMarkSymbol);
  return typeof mark === 'number' ? mark : undefined;
}

/**
 * Sends status, headers and cookies before the body. As on Lambda, they are sent with the first
 * `write`, so a stream that ends without a `write` never sends them.
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
