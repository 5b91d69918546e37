import { setTimeout } from 'node:timers/promises';
import type { PageSession, PageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { isRefusal, type Issuer } from './issuer.ts';
import { hashOf, seal, unseal, type Tokens } from './seal.ts';

/** How long a session lasts without use: as long as a refresh token of Cognito. */
export const sessionSeconds = 30 * 86_400;

/** Tokens are renewed when they are about to expire. */
const renewBeforeMs = 60_000;

/** How long one request may renew the tokens of a session while others wait. */
const renewalMs = 15_000;

/**
 * Returns a function that returns the tokens of a session, renewed if they are about to expire;
 * undefined if the session has ended. Without a refresh token it ends with its access token. Many issuers accept a refresh token once, so one request of
 * all processes renews it. The function throws if the tokens have expired and the issuer cannot be
 * reached.
 */
export function createTokenReader(
  store: PageSessions,
  issuer: Issuer | undefined,
): (sessionId: string) => Promise<Tokens | undefined> {
  const renewals = new Map<string, Promise<Tokens | undefined>>();
  return async (sessionId) => {
    const session = await store.read(hashOf(sessionId));
    if (session === undefined) return undefined;
    const tokens = unseal(sessionId, session.sealed);
    if (tokens.refreshToken === undefined) {
      return isValid(tokens) ? tokens : endSession(store, sessionId, session);
    }
    const isFresh = tokens.expiresAtMs > Date.now() + renewBeforeMs;
    if (isFresh || issuer === undefined) return tokens;
    const running = renewals.get(sessionId);
    if (running !== undefined) return running;
    const renewal = renewOrWait(store, issuer, sessionId, session);
    renewals.set(sessionId, renewal);
    try {
      return await renewal;
    } finally {
      renewals.delete(sessionId);
    }
  };
}

async function endSession(
  store: PageSessions,
  sessionId: string,
  { userId }: PageSession,
): Promise<undefined> {
  await store.end(hashOf(sessionId), userId);
}

async function renewOrWait(
  store: PageSessions,
  issuer: Issuer,
  sessionId: string,
  session: PageSession,
): Promise<Tokens | undefined> {
  const hash = hashOf(sessionId);
  const tokens = unseal(sessionId, session.sealed);
  if (!(await store.claimRenewal(hash, session.sealed, Date.now() + renewalMs))) {
    return isValid(tokens) ? tokens : awaitRenewal(store, sessionId);
  }
  try {
    const renewed = await issuer.renew(tokens);
    const expiresAtMs = Date.now() + sessionSeconds * 1_000;
    await store.replace(hash, { sealed: seal(sessionId, renewed), expiresAtMs });
    return renewed;
  } catch (error) {
    // The issuer has ended the session: the person signed out elsewhere, or was away for too long.
    if (isRefusal(error)) await store.end(hash, session.userId);
    else if (!isValid(tokens)) throw error;
    return isRefusal(error) ? undefined : tokens;
  }
}

/** Reads a session until another process has renewed its tokens. */
async function awaitRenewal(store: PageSessions, sessionId: string): Promise<Tokens | undefined> {
  const untilMs = Date.now() + renewalMs;
  while (Date.now() < untilMs) {
    await setTimeout(250);
    const session = await store.read(hashOf(sessionId));
    const tokens = session && unseal(sessionId, session.sealed);
    if (tokens === undefined || isValid(tokens)) return tokens;
  }
  throw new Error('The tokens of the session could not be renewed');
}

function isValid({ expiresAtMs }: Tokens): boolean {
  return expiresAtMs > Date.now();
}
