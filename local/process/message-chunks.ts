import type { Readable } from 'node:stream';

/** How many chunks wait at most before the sender has to. */
const maxWaiting = 16;

/**
 * Yields the bytes of a message as they arrive, with backpressure, and throws what its stream emits.
 * If the reader stops early, the rest is left in the stream. The stream's own iterator would copy what
 * has arrived together into one buffer.
 */
export async function* messageChunks(message: Readable): AsyncGenerator<Buffer, void, undefined> {
  const waiting: Buffer[] = [];
  let hasEnded = message.readableEnded;
  let failure: unknown;
  let news = Promise.withResolvers<void>();
  const listeners = {
    data(chunk: Buffer): void {
      if (waiting.push(chunk) >= maxWaiting) message.pause();
      news.resolve();
    },
    end(): void {
      hasEnded = true;
      news.resolve();
    },
    error(error: unknown): void {
      failure = error;
      news.resolve();
    },
    close(): void {
      if (!hasEnded) failure ??= new Error('The message was cut off.');
      news.resolve();
    },
  };
  if (message.destroyed) listeners.close();
  for (const [event, listener] of Object.entries(listeners)) message.on(event, listener);
  try {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk !== undefined) yield chunk;
      else if (hasEnded) return;
      else if (failure !== undefined) throw failure;
      else {
        news = Promise.withResolvers();
        message.resume();
        await news.promise;
      }
    }
  } finally {
    message.pause();
    for (const [event, listener] of Object.entries(listeners)) message.off(event, listener);
  }
}
