import type { PageSettings } from './settings.ts';

/** What the page keeps in a browser. */
export type CookieName = 'session' | 'guest' | 'sign-in';

/**
 * Returns the name of a cookie. On https it has the prefix `__Host-`, so that no other host of the
 * domain can set it.
 */
export function cookieName({ origin }: PageSettings, name: CookieName): string {
  return `${origin.protocol === 'https:' ? '__Host-' : ''}streambed-${name}`;
}

/** The attributes of a cookie. `maxAge` is in seconds. */
export interface CookieOptions {
  readonly httpOnly: true;
  readonly secure: boolean;
  readonly sameSite: 'lax';
  readonly path: '/';
  readonly maxAge: number;
}

/** Returns the attributes of a cookie that scripts cannot read and other sites cannot send. */
export function cookieOptions({ origin }: PageSettings, seconds: number): CookieOptions {
  return {
    httpOnly: true,
    secure: origin.protocol === 'https:',
    sameSite: 'lax',
    path: '/',
    maxAge: seconds,
  };
}
