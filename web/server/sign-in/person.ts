import { cookies } from 'next/headers';
import { cookieName } from './cookies.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** Who uses the page in a browser, and the token that names them to the functions. */
export type PagePerson =
  | ({ readonly type: 'user'; readonly name: string } & PageToken)
  | ({ readonly type: 'guest' } & PageToken);

/** Names a person to the functions until a time, in milliseconds since 1970. */
export interface PageToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

const guestTokenMs = 300_000;

/**
 * Returns who sends the current request; undefined if they must sign in first. `proxy.ts` makes a
 * browser a guest. Throws if that cannot be decided at the moment.
 */
export async function readPerson(): Promise<PagePerson | undefined> {
  const sessions = openSessions();
  const { settings } = sessions;
  const jar = await cookies();
  const sessionId = jar.get(cookieName(settings, 'session'))?.value;
  const tokens = sessionId === undefined ? undefined : await sessions.tokensOf(sessionId);
  if (tokens !== undefined) {
    const { name, accessToken: token, expiresAtMs } = tokens;
    return { type: 'user', name, token, expiresAtMs };
  }
  // Somebody whose session has ended must not go on as a guest without noticing.
  if (!settings.allowsGuests || sessionId !== undefined) return undefined;
  const guestId = jar.get(cookieName(settings, 'guest'))?.value;
  return guestId === undefined ? undefined : asGuest(sessions, guestId);
}

async function asGuest(sessions: Sessions, guestId: string): Promise<PagePerson> {
  const expiresAtMs = Date.now() + guestTokenMs;
  return { type: 'guest', token: await sessions.guestToken(guestId, expiresAtMs), expiresAtMs };
}
