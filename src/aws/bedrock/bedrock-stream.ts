import { Readable } from 'node:stream';
import { cutShort, toModelError } from '#aws/bedrock/bedrock-errors.ts';
import { decodeFrames, type Frame } from '#aws/bedrock/event-stream.ts';
import { createWatchdog, type Patience } from '#aws/bedrock/watchdog.ts';

/** How long a model is waited for, unless told otherwise. */
export const usualPatience: Patience = { firstEventMs: 15_000, idleMs: 30_000 };

/** Takes the body of an answer before the SDK reads it; goes where `tapPlace` says. */
export type Tap = <Args, Result extends { response: unknown }>(
  next: (args: Args) => Promise<Result>,
) => (args: Args) => Promise<Result>;

export const tapPlace = { step: 'deserialize', priority: 'low' } as const;

export interface StreamCall {
  /** Sends the command, with the tap on its middleware stack. */
  send(tap: Tap, abortSignal: AbortSignal): Promise<unknown>;
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/**
 * What Bedrock streams, as the messages that arrive together; they must be read before the next
 * are asked for. A stream that only ends is for the caller to judge.
 */
export function streamFrames({
  send,
  signal,
  patience,
}: StreamCall): AsyncGenerator<Iterable<Frame>, void, undefined> {
  return watchedStream({ signal, patience }, async (abortSignal) =>
    decodeFrames(await openBody(send, abortSignal)),
  );
}

/** The same messages one by one, where time matters less. Throws what the service says went wrong. */
export async function* streamMessages(call: StreamCall): AsyncGenerator<Frame, void, undefined> {
  for await (const frames of streamFrames(call)) {
    for (const frame of frames) {
      const failure = toFailure(frame);
      if (failure !== undefined) throw toModelError(failure);
      yield frame;
    }
  }
}

/**
 * A stream that is given up when it is silent for too long, or the signal is aborted. Leaving the
 * loop ends the call. Throws a `ChatError` for whatever goes wrong on the way.
 */
export async function* watchedStream<Piece>(
  { signal, patience }: Omit<StreamCall, 'send'>,
  open: (abortSignal: AbortSignal) => Promise<AsyncIterable<Piece>>,
): AsyncGenerator<Piece, void, undefined> {
  const call = new AbortController();
  const abort = (): void => call.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const watchdog = createWatchdog(patience, (error) => call.abort(error));
  try {
    signal.throwIfAborted();
    watchdog.wait();
    for await (const piece of await open(call.signal)) {
      watchdog.rest();
      yield piece;
      watchdog.wait();
    }
    call.signal.throwIfAborted();
  } catch (error) {
    throw toModelError(call.signal.aborted ? call.signal.reason : error);
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', abort);
    // Leaving the loop does not end the request; only aborting it does.
    call.abort();
  }
}

/**
 * The bytes of the answer. The SDK signs, sends and names what Bedrock refuses; the stream itself
 * is read here, which costs a fraction of what the SDK takes to (bench/relay) and notices every
 * way in which a stream can break.
 */
async function openBody(
  send: StreamCall['send'],
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  let body: AsyncIterable<Buffer> | undefined;
  await send(
    (next) => async (args) => {
      const result = await next(args);
      if (isStreaming(result.response)) {
        ({ body } = result.response);
        result.response.body = Readable.from([]);
      }
      return result;
    },
    abortSignal,
  );
  if (body === undefined) throw cutShort();
  return body;
}

interface StreamingResponse {
  body: Readable;
}

function isStreaming(response: unknown): response is StreamingResponse {
  if (typeof response !== 'object' || response === null) return false;
  const isOk = 'statusCode' in response && response.statusCode === 200;
  return isOk && 'body' in response && response.body instanceof Readable;
}

/** Modelled exceptions have a type, such as `throttlingException`; other errors have a code. */
export function toFailure({ headers, payload }: Frame): Error | undefined {
  if (headers.get(':message-type') === 'event') return undefined;
  const type = headers.get(':exception-type') ?? headers.get(':error-code') ?? '';
  const error = new Error(headers.get(':error-message') ?? payload);
  error.name = type.charAt(0).toUpperCase() + type.slice(1);
  return error;
}
