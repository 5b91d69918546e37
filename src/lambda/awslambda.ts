/**
 * The writable end of a streamed response. On Lambda it is a plain object with the bound methods
 * of an `http.ClientRequest`, not a `stream.Writable` as @types/aws-lambda declares.
 */
export interface ResponseStream extends NodeJS.EventEmitter {
  /** False when the caller should wait for `drain`. */
  write(chunk: string | Uint8Array): boolean;
  end(): void;
  /** Whether written data still waits for the reader. */
  readonly writableNeedDrain: boolean;
}

/** The part of Lambda's context that is read. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Sent before the body with the first write: JSON and eight NUL bytes. */
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
