import { cookies } from 'next/headers';
import type { Account } from '../../chat/account/account.tsx';
import { cookieName } from './cookies.ts';
import { readPerson } from './person.ts';
import { openSessions } from './sessions.ts';

/** Returns who opens the page, and what they see if that is nobody. */
export async function readAccount(): Promise<Account | 'signed-out' | 'unreachable'> {
  const { settings } = openSessions();
  const canSignIn = settings.signIn !== undefined;
  try {
    const person = await readPerson();
    if (person?.type === 'user') return { type: 'user', name: person.name };
    const hadSession = (await cookies()).has(cookieName(settings, 'session'));
    return settings.allowsGuests && !hadSession ? { type: 'guest', canSignIn } : 'signed-out';
  } catch (error) {
    console.error('Who opens the page cannot be decided:', error);
    return 'unreachable';
  }
}
