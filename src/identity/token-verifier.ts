import {
  createRemoteJWKSet,
  decodeJwt,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { TokenVerifier, VerifiedUser } from '#domain/identity.ts';
import { ChatError } from '#domain/errors.ts';

/** Somebody whose tokens are taken. */
export interface TokenIssuer {
  /** Exactly as tokens have it in `iss`. */
  readonly issuer: string;
  /** Where its keys are. No token can name another place. */
  readonly jwksUrl: string;
  /** What keeps this issuer's users apart from another's. */
  readonly realm: string;
  readonly algorithms: readonly string[];
  /** Whether a token, whose signature, issuer and times are good, is one for us. */
  accepts(claims: JWTPayload): boolean;
}

/** The issuer of an Amazon Cognito user pool: access tokens of its own clients, and no ID tokens. */
export function cognitoIssuer(issuer: string, clientIds: readonly string[]): TokenIssuer {
  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    // The pool's id: the same wherever the pool answers.
    realm: issuer.slice(issuer.lastIndexOf('/') + 1),
    algorithms: ['RS256'],
    accepts: ({ token_use: use, client_id: client }) =>
      use === 'access' && typeof client === 'string' && clientIds.includes(client),
  };
}

export interface OidcSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
}

/** Any other OpenID Connect issuer: tokens for one audience. */
export function oidcIssuer({ issuer, jwksUrl, audience }: OidcSettings): TokenIssuer {
  return {
    issuer,
    jwksUrl,
    realm: issuer,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    accepts: ({ aud, token_use: use }) => use !== 'id' && [aud].flat().includes(audience),
  };
}

/** How far clocks may differ, in seconds. */
const clockTolerance = 5;

/**
 * Verifies JWTs of some issuers. What a token says of itself chooses among them and nothing else:
 * keys come from where the issuer is known to have them. Throws `unauthenticated`.
 */
export function createTokenVerifier(issuers: readonly TokenIssuer[]): TokenVerifier {
  const known = new Map<
    string,
    { readonly trusted: TokenIssuer; readonly keys: JWTVerifyGetKey }
  >();
  for (const trusted of issuers) {
    const keys = createRemoteJWKSet(new URL(trusted.jwksUrl), { timeoutDuration: 3_000 });
    known.set(trusted.issuer, { trusted, keys });
  }
  return async (token) => {
    const found = known.get(issuerIn(token));
    if (found === undefined) throw refusal('its issuer is not one of ours');
    const { trusted, keys } = found;
    const claims = await verified(token, keys, trusted);
    if (!trusted.accepts(claims)) throw refusal('it is for somebody else');
    return userIn(claims, trusted);
  };
}

function issuerIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    throw refusal('it is not a JWT', error);
  }
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, algorithms }: TokenIssuer,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      clockTolerance,
      algorithms: [...algorithms],
      requiredClaims: ['sub', 'exp', 'iss'],
    });
    return payload;
  } catch (error) {
    // Keys that cannot be had say nothing about the token.
    if (isOutOfReach(error)) {
      throw new ChatError('internal', 'Sign-in is out of reach at the moment.', { cause: error });
    }
    throw refusal('it was not issued so', error);
  }
}

function isOutOfReach(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return error instanceof TypeError || code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC';
}

function userIn({ sub }: JWTPayload, { realm }: TokenIssuer): VerifiedUser {
  if (typeof sub !== 'string' || sub === '') throw refusal('it names nobody');
  return { id: `${realm}:${sub}` };
}

function refusal(reason: string, cause?: unknown): ChatError {
  return new ChatError('unauthenticated', `The token was refused: ${reason}.`, { cause });
}
