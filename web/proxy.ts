import { NextResponse, type NextRequest } from 'next/server';
import { contentSecurityPolicy } from './server/content-security-policy.ts';
import { cookieName, cookieOptions } from './server/sign-in/cookies.ts';
import { createGuestId, guestSeconds } from './server/sign-in/guest-id.ts';
import { readPageSettings, type PageSettings } from './server/sign-in/settings.ts';

/** Gives every page a Content-Security-Policy of its own, and a new reader the name of a guest. */
export function proxy(request: NextRequest): NextResponse {
  const settings = readPageSettings();
  const policy = contentSecurityPolicy({
    nonce: Buffer.from(crypto.randomUUID()).toString('base64'),
    settings,
    isDevelopment: process.env.NODE_ENV === 'development',
  });
  // Next finds the nonce in this header of the request, and puts it into the scripts of the page.
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  if (/^\/chat(?:\/|$)/u.test(request.nextUrl.pathname)) welcomeGuest(request, response, settings);
  return response;
}

/**
 * Makes a browser that opens the page for the first time a guest, where guests are allowed. Its first
 * requests are sent at the same time, and must have one owner.
 */
function welcomeGuest(
  { cookies }: NextRequest,
  response: NextResponse,
  settings: PageSettings,
): void {
  const [guest, session] = [cookieName(settings, 'guest'), cookieName(settings, 'session')];
  if (!settings.allowsGuests || cookies.has(guest) || cookies.has(session)) return;
  response.cookies.set(guest, createGuestId(), cookieOptions(settings, guestSeconds));
}

/** Pages, whether they exist or not. What else the server sends has the headers of next.config.ts. */
export const config = { matcher: '/((?!(?:_next|api|auth)/).*)' };
