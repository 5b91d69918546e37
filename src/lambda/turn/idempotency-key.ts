import { ChatError } from '#domain/errors.ts';

/** Throws `invalid_request` for a key that is none. */
export function assertIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/u.test(key)) return;
  throw new ChatError(
    'invalid_request',
    'Idempotency-Key: must be 1 to 255 characters of ASCII without spaces',
  );
}
