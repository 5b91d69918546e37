import { NextResponse, type NextRequest } from 'next/server';
import { cookieName, cookieOptions } from './server/sign-in/cookies.ts';
import { createGuestId, guestSeconds } from './server/sign-in/guest-id.ts';
import { readPageSettings } from './server/sign-in/settings.ts';

/**
 * Makes a browser that opens the page for the first time a guest, where guests are allowed. Its first
 * requests are sent at the same time, and must have one owner.
 */
export function proxy({ cookies }: NextRequest): NextResponse {
  const response = NextResponse.next();
  const settings = readPageSettings();
  const [guest, session] = [cookieName(settings, 'guest'), cookieName(settings, 'session')];
  if (settings.allowsGuests && !cookies.has(guest) && !cookies.has(session)) {
    response.cookies.set(guest, createGuestId(), cookieOptions(settings, guestSeconds));
  }
  return response;
}

export const config = { matcher: ['/chat', '/chat/:path*'] };
