import { once, type EventEmitter } from 'node:events';
import type { HttpResponse } from '#api/http/http.ts';

/** Proxies and gateways close a connection after 30 s of silence at the earliest. */
const heartbeatMs = 12_000;

/** The writable end of a response. */
export interface BodyStream extends EventEmitter {
  /** False when the caller should wait for `drain`. */
  write(chunk: string): boolean;
  /** Whether written data still waits for the reader. */
  readonly writableNeedDrain: boolean;
}

/**
 * Writes a body at the reader's pace, with pings while it is silent. Once the signal is aborted, the
 * reader is no longer waited for, so that the body can finish. Throws what the body throws.
 */
export async function writeBody(
  stream: BodyStream,
  { body, ping }: Pick<HttpResponse, 'body' | 'ping'>,
  signal: AbortSignal,
): Promise<void> {
  const heartbeat = startHeartbeat(stream, ping);
  try {
    for await (const chunk of typeof body === 'string' ? [body] : body) {
      if (chunk === '') continue;
      if (!stream.write(chunk)) await drained(stream, signal);
      heartbeat.refresh();
    }
  } finally {
    clearInterval(heartbeat);
  }
}

async function drained(stream: BodyStream, signal: AbortSignal): Promise<void> {
  try {
    await once(stream, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function startHeartbeat(stream: BodyStream, ping: string | undefined): NodeJS.Timeout {
  return setInterval(() => {
    if (ping !== undefined && !stream.writableNeedDrain) stream.write(ping);
  }, heartbeatMs);
}
