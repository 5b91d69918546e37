import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the token of a guest: `guest.ID.EXPIRY.MAC`, with the expiry in seconds since 1970. Only
 * who knows the deployment's secret can make one, so that nobody can name another guest.
 */
export function createGuestToken(secret: string, guestId: string, expiresAtMs: number): string {
  const claims = `${guestId}.${Math.floor(expiresAtMs / 1_000)}`;
  return `guest.${claims}.${macOf(secret, claims).toString('base64url')}`;
}

/** Returns whether a token claims to be a guest's. A JWT begins with other characters. */
export function isGuestToken(token: string): boolean {
  return token.startsWith('guest.');
}

/**
 * Returns the id of the guest; undefined if the token was not made with this secret, or has expired.
 */
export function readGuestToken(secret: string, token: string, nowMs: number): string | undefined {
  const parts = /^guest\.(([\w-]{20,64})\.(\d{1,12}))\.([\w-]{43})$/u.exec(token);
  const [, claims, guestId, expiry, mac] = parts ?? [];
  if (claims === undefined || mac === undefined) return undefined;
  if (!timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(secret, claims))) return undefined;
  return Number(expiry) * 1_000 > nowMs ? guestId : undefined;
}

function macOf(secret: string, claims: string): Buffer {
  return createHmac('sha256', secret).update(`guest:${claims}`).digest();
}
