import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the token of a guest: `guest.ID.MAC`. Only who knows the deployment's secret can make one,
 * so that nobody can name another guest.
 */
export function createGuestToken(secret: string, guestId: string): string {
  return `guest.${guestId}.${macOf(secret, guestId).toString('base64url')}`;
}

/** Returns whether a token claims to be a guest's. A JWT begins with other characters. */
export function isGuestToken(token: string): boolean {
  return token.startsWith('guest.');
}

/** Returns the id of the guest; undefined if the token was not made with this secret. */
export function readGuestToken(secret: string, token: string): string | undefined {
  const [, guestId, mac] = /^guest\.([\w-]{20,64})\.([\w-]{43})$/u.exec(token) ?? [];
  if (guestId === undefined || mac === undefined) return undefined;
  const expected = macOf(secret, guestId);
  return timingSafeEqual(Buffer.from(mac, 'base64url'), expected) ? guestId : undefined;
}

function macOf(secret: string, guestId: string): Buffer {
  return createHmac('sha256', secret).update(`guest:${guestId}`).digest();
}
