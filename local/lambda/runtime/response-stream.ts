import http from 'node:http';
import { toErrorBody } from './runtime-client.ts';

type Write = (chunk: string | Uint8Array) => boolean;

/** The stream of a streaming handler: a plain object with bound methods of the HTTP request. */
export interface RuntimeStream {
  _onBeforeFirstWrite?: ((write: Write) => void) | undefined;
  write(chunk: unknown, ...rest: unknown[]): boolean;
  end(...args: unknown[]): unknown;
  setContentType(contentType: string): void;
  readonly writableEnded: boolean;
}

export interface ResponseStream {
  readonly stream: RuntimeStream;
  /** Ends the response with an error in its trailers. Does nothing if it has already ended. */
  fail(error: unknown): void;
  /** Resolves when the Runtime API has accepted the complete response; rejects if it did not. */
  readonly completed: Promise<void>;
}

/** Opens the streaming response of an invocation. Nothing is sent before the first write or end. */
export function createResponseStream(url: URL, highWaterMark: number | undefined): ResponseStream {
  const request = http.request(url, {
    method: 'POST',
    headers: {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
      'Content-Type': 'application/octet-stream',
      'Transfer-Encoding': 'chunked',
    },
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
  });
  // A destroyed request ends the environment, even if the handler has caught the error.
  const completed = new Promise<void>((resolve, reject) => {
    request.once('error', reject);
    request.once('close', () => reject(new Error('The response stream was destroyed.')));
    request.once('response', (response) => {
      response.resume();
      if (response.statusCode === 202) response.once('end', resolve);
      else reject(new Error(`The response was refused with ${response.statusCode}.`));
    });
  });
  const stream = toStream(request);
  const fail = (error: unknown): void => {
    if (request.writableEnded) return;
    const body = toErrorBody(error);
    request.addTrailers({
      'Lambda-Runtime-Function-Error-Type': body.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(body)).toString('base64'),
    });
    request.end();
  };
  return { stream, fail, completed };
}

/** Sets the content type. As on Lambda, throws after the first byte has been sent. */
export function setContentType(stream: RuntimeStream, contentType: string): void {
  stream.setContentType(contentType);
}

const boundMethods =
  'cork uncork destroy on once off addListener removeListener removeAllListeners emit ' +
  'listeners rawListeners listenerCount eventNames prependListener prependOnceListener ' +
  'setMaxListeners getMaxListeners';

const mirroredProperties =
  'writable writableFinished writableNeedDrain writableLength writableHighWaterMark ' +
  'writableCorked writableObjectMode';

function toStream(request: http.ClientRequest): RuntimeStream {
  const write = request.write.bind(request);
  const end = request.end.bind(request);
  let hasWritten = false;
  const stream: RuntimeStream = {
    write(chunk, ...rest) {
      rejectAbsent(chunk);
      const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
      const data = isBytes ? chunk : JSON.stringify(chunk);
      if (!hasWritten) stream._onBeforeFirstWrite?.((bytes) => write(bytes));
      const isBelowMark = Reflect.apply(write, undefined, [data, ...rest]);
      // As in AWS's client, a write that throws was not the first one.
      hasWritten = true;
      return isBelowMark;
    },
    end: (...args) => Reflect.apply(end, undefined, args),
    setContentType(contentType) {
      if (hasWritten) {
        const error = new Error('Cannot set content-type, too late.');
        throw Object.assign(error, { name: 'Runtime.InvalidStreamingOperation' });
      }
      request.setHeader('Content-Type', contentType);
    },
    get writableEnded() {
      return request.writableEnded;
    },
  };
  for (const name of boundMethods.split(' ')) {
    const method: unknown = Reflect.get(request, name);
    if (typeof method === 'function') Reflect.set(stream, name, method.bind(request));
  }
  for (const name of mirroredProperties.split(' ')) {
    Object.defineProperty(stream, name, { get: (): unknown => Reflect.get(request, name) });
  }
  const set = (value: unknown): boolean => Reflect.set(request, 'destroyed', value);
  Object.defineProperty(stream, 'destroyed', { get: () => request.destroyed, set });
  return stream;
}

/** AWS's client reads the length of what is written, which throws if there is nothing. */
function rejectAbsent(chunk: unknown): void {
  if (chunk !== null && chunk !== undefined) return;
  throw new TypeError(`Cannot read properties of ${String(chunk)} (reading 'length')`);
}
