import { answerCutShort } from '#domain/errors.ts';
import { tryParseJson, valueAt } from '#domain/json.ts';
import { Readable } from 'node:stream';
import { toModelError } from '#aws/bedrock/bedrock-errors.ts';
import { decodeFrames, type Frame } from '#aws/bedrock/event-stream.ts';
import { createWatchdog, type StreamTimeouts } from '#aws/bedrock/watchdog.ts';

/** The default timeouts of a model's stream. */
export const defaultTimeouts: StreamTimeouts = { firstEventMs: 15_000, idleMs: 30_000 };

/** A middleware that takes the body of a response before the SDK reads it. */
export type Tap = <Args, Result extends { response: unknown }>(
  next: (args: Args) => Promise<Result>,
) => (args: Args) => Promise<Result>;

/** Where in the SDK's middleware stack the tap belongs. */
export const tapPlace = { step: 'deserialize', priority: 'low' } as const;

/** A call whose response is a stream, with its limits. */
export interface StreamCall {
  /** Sends the command, with the tap on its middleware stack. */
  send(tap: Tap, abortSignal: AbortSignal): Promise<unknown>;
  readonly signal: AbortSignal;
  readonly timeouts: StreamTimeouts;
}

/**
 * Streams frames in the batches in which they arrive. Each batch must be read before the next one
 * is requested. The caller must check that the stream was complete.
 */
export function streamFrames({
  send,
  signal,
  timeouts,
}: StreamCall): AsyncGenerator<Iterable<Frame>, void, undefined> {
  return watchStream({ signal, timeouts }, async (abortSignal) =>
    decodeFrames(await openBody(send, abortSignal)),
  );
}

/** Streams the same frames one by one. Throws a `ChatError` for an error frame. */
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
 * Streams what `open` returns, until it is silent for too long or the signal is aborted. Leaving
 * the loop ends the call. Throws every failure as a `ChatError`.
 */
export async function* watchStream<Piece>(
  { signal, timeouts }: Omit<StreamCall, 'send'>,
  open: (abortSignal: AbortSignal) => Promise<AsyncIterable<Piece>>,
): AsyncGenerator<Piece, void, undefined> {
  const call = new AbortController();
  const abort = (): void => call.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const watchdog = createWatchdog(timeouts, (error) => call.abort(error));
  try {
    signal.throwIfAborted();
    watchdog.start();
    for await (const piece of await open(call.signal)) {
      watchdog.pause();
      yield piece;
      watchdog.start();
    }
    call.signal.throwIfAborted();
  } catch (error) {
    throw toModelError(call.signal.aborted ? call.signal.reason : error);
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', abort);
    // Leaving the loop does not end the request; only aborting it does.
    call.abort(left);
  }
}

/** A reason of its own, because the usual one costs a stack trace for each call. */
const left = new Error('The answer is not read any further');

/**
 * Returns the bytes of the response. The SDK signs, sends and names the errors of Bedrock. The
 * stream is read here: that costs a fraction of the SDK's time (bench/relay) and detects every way
 * in which a stream can break.
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
  if (body === undefined) throw answerCutShort();
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

/**
 * Returns the error in a frame; undefined for an event. Modelled exceptions have a type, such as
 * `throttlingException`; other errors have a code.
 */
export function toFailure({ headers, payload }: Frame): Error | undefined {
  const kind = headers.get(':message-type');
  if (kind === 'event') return undefined;
  if (kind === 'error') {
    const message = headers.get(':error-message') ?? '';
    return named(headers.get(':error-code') ?? '', message === '' ? 'UnknownError' : message);
  }
  const type = headers.get(':exception-type') ?? '';
  const message = valueAt(tryParseJson(payload), ['message']);
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  return named(name, typeof message === 'string' ? message : payload);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
