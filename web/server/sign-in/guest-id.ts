import { randomBytes } from 'node:crypto';

/** How long a browser stays the same guest. */
export const guestSeconds = 365 * 86_400;

/** Returns an id that nobody can guess: whoever has it is the guest. */
export function createGuestId(): string {
  return randomBytes(18).toString('base64url');
}
