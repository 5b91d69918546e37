import type { TurnEvent } from '#domain/conversation/stream-event.ts';

/** The formats in which a turn can be requested. */
export const turnFormats = ['ui', 'data', 'text', 'json'] as const;

export type TurnFormat = (typeof turnFormats)[number];

/** One encoding of a turn: how its answer looks on the wire. */
export interface TurnEncoding {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Written while the answer is silent, to keep the connection open; absent if impossible. */
  readonly ping?: string;
  /**
   * Returns what an event adds to the stream, often nothing. Throws the error of an event if the
   * format cannot express it, so that the connection breaks instead.
   */
  encode(event: TurnEvent): string;
}

/** Keeps proxies from buffering, compressing or caching a stream of events. */
export const eventStreamHeaders = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;
