import { cookies } from 'next/headers';
import { cookieName } from './cookies.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** Who uses the page in a browser, and the token that names them to the functions. */
export type PagePerson =
  | { readonly type: 'user'; readonly name: string; readonly token: string }
  | { readonly type: 'guest'; readonly token: string };

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
  if (tokens !== undefined) return { type: 'user', name: tokens.name, token: tokens.accessToken };
  // Somebody whose session has ended must not go on as a guest without noticing.
  if (!settings.allowsGuests || sessionId !== undefined) return undefined;
  const guestId = jar.get(cookieName(settings, 'guest'))?.value;
  return guestId === undefined ? undefined : asGuest(sessions, guestId);
}

async function asGuest(sessions: Sessions, guestId: string): Promise<PagePerson> {
  return { type: 'guest', token: await sessions.guestToken(guestId) };
}
