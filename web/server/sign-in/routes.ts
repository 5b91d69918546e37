import * as oidc from 'openid-client';
import { cookies } from 'next/headers';
import * as v from 'valibot';

import { problemResponse } from '../problem-response.ts';
import { readReader } from '../reader.ts';
import { refuseForeignRequest } from '../same-origin.ts';
import { cookieName, cookieOptions } from './cookies.ts';
import { isRefusal, type Attempt, type Issuer } from './issuer.ts';
import { openSessions, type Sessions } from './sessions.ts';

/** How long somebody may take at the issuer's sign-in pages. */
const attemptSeconds = 600;

/** Redirects to the issuer's sign-in pages. */
export async function beginSignIn(request: Request): Promise<Response> {
  return withIssuer(async (sessions, issuer) => {
    const { searchParams } = new URL(request.url);
    const { origin } = sessions.settings;
    // The issuer sends the browser back to this origin, which must have its cookies.
    if (request.headers.get('host') !== origin.host) {
      return redirect(new URL(`/auth/login?${searchParams.toString()}`, origin));
    }
    const attempt: Attempt = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      returnTo: readReturn(searchParams.get('return')),
    };
    const { language } = await readReader();
    const url = await issuer.authorizationUrl(attempt, callbackOf(sessions), language);
    const { settings } = sessions;
    const value = Buffer.from(JSON.stringify(attempt)).toString('base64url');
    const options = cookieOptions(settings, attemptSeconds);
    (await cookies()).set(cookieName(settings, 'sign-in'), value, options);
    return redirect(url);
  });
}

/** Exchanges the issuer's code, begins a session and redirects to the page. */
export async function completeSignIn(request: Request): Promise<Response> {
  return withIssuer(async (sessions, issuer) => {
    const { settings } = sessions;
    const jar = await cookies();
    const attempt = readAttempt(jar.get(cookieName(settings, 'sign-in'))?.value);
    jar.delete(cookieName(settings, 'sign-in'));
    // Without the cookie, the browser was sent here by another site, or came late.
    if (attempt === undefined) return redirect(new URL('/chat', settings.origin));
    const returned = callbackOf(sessions);
    returned.search = new URL(request.url).search;
    const { id, seconds } = await sessions.begin(await issuer.signIn(returned, attempt));
    await endEarlier(sessions, jar.get(cookieName(settings, 'session'))?.value);
    jar.set(cookieName(settings, 'session'), id, cookieOptions(settings, seconds));
    return redirect(new URL(attempt.returnTo, settings.origin));
  });
}

/** Somebody who signs in again leaves no session behind. */
async function endEarlier(sessions: Sessions, sessionId: string | undefined): Promise<void> {
  if (sessionId !== undefined) await sessions.end(sessionId, false).catch(() => undefined);
}

const signOutBody = v.object({ everywhere: v.optional(v.boolean(), false) });

/** Ends the session here and at the issuer. */
export async function signOut(request: Request): Promise<Response> {
  const refusal = refuseForeignRequest(request);
  if (refusal !== undefined) return refusal;
  const body = v.safeParse(signOutBody, await request.json().catch(() => undefined));
  if (!body.success) return problemResponse('invalid_request', 'everywhere: must be true or false');
  return withIssuer(async (sessions, issuer) => {
    const { settings } = sessions;
    const jar = await cookies();
    const name = cookieName(settings, 'session');
    const sessionId = jar.get(name)?.value;
    const tokens =
      sessionId === undefined ? undefined : await sessions.end(sessionId, body.output.everywhere);
    jar.delete(name);
    const page = new URL('/chat', settings.origin);
    // The session has ended here, whether or not the issuer can be reached.
    if (tokens !== undefined) await issuer.revoke(tokens).catch(logFailure);
    const end = await issuer.endSessionUrl(tokens, page).catch(logFailure);
    return Response.json({ location: (end ?? page).href });
  });
}

function logFailure(error: unknown): undefined {
  console.error('The issuer could not end the session:', error);
}

async function withIssuer(
  run: (sessions: Sessions, issuer: Issuer) => Promise<Response>,
): Promise<Response> {
  try {
    const sessions = openSessions();
    if (sessions.issuer !== undefined) return await run(sessions, sessions.issuer);
    return problemResponse('not_found', 'Nobody can sign in on this page.');
  } catch (error) {
    console.error('Signing in failed:', error);
    const isRefused = isRefusal(error) || error instanceof oidc.AuthorizationResponseError;
    return isRefused
      ? problemResponse('unauthenticated', 'Signing in was refused. Start again from the page.')
      : problemResponse('model_unavailable', 'The sign-in service cannot be reached.');
  }
}

function callbackOf({ settings }: Sessions): URL {
  return new URL('/auth/callback', settings.origin);
}

/** Only the page itself is returned to, so that a link cannot lead to another site. */
function readReturn(path: string | null): string {
  return /^\/chat(?:\/[a-z]{1,32}|\?conversation=[\w-]{1,64})?$/u.test(path ?? '')
    ? String(path)
    : '/chat';
}

const attemptJson = v.object({
  state: v.string(),
  nonce: v.string(),
  verifier: v.string(),
  returnTo: v.string(),
});

function readAttempt(cookie: string | undefined): Attempt | undefined {
  if (cookie === undefined) return undefined;
  try {
    const attempt = v.parse(attemptJson, JSON.parse(Buffer.from(cookie, 'base64url').toString()));
    return { ...attempt, returnTo: readReturn(attempt.returnTo) };
  } catch {
    return undefined;
  }
}

function redirect(url: URL): Response {
  const headers = { location: url.href, 'cache-control': 'no-store' };
  return new Response(null, { status: 302, headers });
}
