import type { TurnEvent } from '#domain/conversation/stream-event.ts';

/** One encoding of a turn: what its answer looks like on the wire. */
export interface TurnEncoding {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Written in silence so that the connection stays open; absent where the format has no room. */
  readonly ping?: string;
  /**
   * What one event of a turn adds to the stream, often nothing. Throws the event's error where
   * the format cannot say that it failed and the connection has to break instead.
   */
  encode(event: TurnEvent): string;
}

/** No proxy may hold back, compress or keep a stream of events. */
export const eventStreamHeaders = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;
