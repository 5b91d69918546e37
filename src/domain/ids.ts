import { invalidRequest } from '#domain/errors.ts';

/** Creates ids and hashes. The domain itself has no randomness and no platform. */
export interface Ids {
  /** Returns a new id that sorts by time and cannot be guessed. */
  create(nowMs: number): string;
  /** Returns an id that is always the same for the same parts. */
  derive(...parts: readonly string[]): string;
  /** Returns a short text that differs if the input differs. */
  fingerprint(text: string): string;
}

/** Throws `invalid_request` if an idempotency key is malformed. */
export function assertIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/u.test(key)) return;
  throw invalidRequest('Idempotency-Key', 'must be 1 to 255 characters of ASCII without spaces');
}

/** Returns the time in an id that `create` made, a UUID of version 7; undefined for other ids. */
export function timeOfId(id: string): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7/u.exec(id) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
