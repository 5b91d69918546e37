/**
 * The writing end of a streamed answer. On Lambda it is a plain object with the bound methods of
 * an `http.ClientRequest`, not a `stream.Writable` as @types/aws-lambda has it.
 */
export interface ResponseStream extends NodeJS.EventEmitter {
  /** False when the caller should wait for `drain`. */
  write(chunk: string | Uint8Array): boolean;
  end(): void;
  /** Whether what was written still waits for the reader. */
  readonly writableNeedDrain: boolean;
}

/** What Lambda tells a handler about its invocation; the part of it that we use. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What goes before the body: sent as JSON and eight NUL bytes with the first write. */
export interface ResponseMetadata {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

export type StreamingHandler<Event> = (
  event: Event,
  responseStream: ResponseStream,
  context: LambdaContext,
) => Promise<void>;

declare global {
  /** Exists before a handler's module is loaded (AWS's Node runtime interface client, 4.x). */
  var awslambda: {
    streamifyResponse<Event>(
      handler: StreamingHandler<Event>,
      options?: { highWaterMark?: number },
    ): StreamingHandler<Event>;
    readonly HttpResponseStream: {
      from(stream: ResponseStream, metadata: ResponseMetadata): ResponseStream;
    };
  };
}
