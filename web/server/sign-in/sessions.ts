import { createDynamoPageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { readGuestSecret } from '#aws/identity/table-secret.ts';
import { createGuestToken } from '#identity/guest-token.ts';
import { openIssuer, type Issuer, type SignedIn } from './issuer.ts';
import { createTokenReader, sessionSeconds } from './renewal.ts';
import { createSessionId, hashOf, seal, unseal, type Tokens } from './seal.ts';
import { readPageSettings, type PageSettings } from './settings.ts';

/** Who has signed in where, and what the page needs to know it. */
export interface Sessions {
  readonly settings: PageSettings;
  /** Undefined if nobody can sign in. */
  readonly issuer: Issuer | undefined;
  /** Begins a session. Returns its id, for the browser, and how long it lasts. */
  begin(signedIn: SignedIn): Promise<{ readonly id: string; readonly seconds: number }>;
  /** Returns the tokens of a session; undefined if it has ended. See `createTokenReader`. */
  tokensOf(sessionId: string): Promise<Tokens | undefined>;
  /** Ends a session, or all sessions of its user. Returns its tokens, if it existed. */
  end(sessionId: string, everywhere: boolean): Promise<Tokens | undefined>;
  /** Returns the token of a guest, which is valid until a time, in milliseconds since 1970. */
  guestToken(guestId: string, expiresAtMs: number): Promise<string>;
}

let opened: Sessions | undefined;

/** Returns the sessions of this server. Throws an error that names a wrong variable. */
export function openSessions(): Sessions {
  return (opened ??= createSessions(readPageSettings()));
}

function createSessions(settings: PageSettings): Sessions {
  const table = openTable(settings.tableName);
  const store = createDynamoPageSessions(table, { now: Date.now });
  const issuer = settings.signIn === undefined ? undefined : openIssuer(settings.signIn);
  let guestSecret: string | undefined;
  return {
    settings,
    issuer,
    tokensOf: createTokenReader(store, issuer),
    async begin({ userId, tokens }) {
      const id = createSessionId();
      const expiresAtMs = Date.now() + sessionSeconds * 1_000;
      await store.create(hashOf(id), { userId, sealed: seal(id, tokens), expiresAtMs });
      return { id, seconds: sessionSeconds };
    },
    async end(sessionId, everywhere) {
      const hash = hashOf(sessionId);
      const session = await store.read(hash);
      if (session === undefined) return undefined;
      const { userId, sealed } = session;
      await (everywhere ? store.endAll(userId) : store.end(hash, userId));
      return unseal(sessionId, sealed);
    },
    async guestToken(guestId, expiresAtMs) {
      guestSecret ??= await readGuestSecret(table);
      return createGuestToken(guestSecret, guestId, expiresAtMs);
    },
  };
}
