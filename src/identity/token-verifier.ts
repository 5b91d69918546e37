import { decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { TokenVerifier, VerifiedUser } from '#domain/identity.ts';
import { ChatError } from '#domain/errors.ts';
import { createIssuerKeys } from '#identity/issuer-keys.ts';
import type { KeyPorts } from '#identity/shared-keys.ts';

/** An issuer whose tokens are accepted. */
export interface TokenIssuer {
  /** The exact value of `iss`. */
  readonly issuer: string;
  /** The URL of the issuer's keys. A token cannot name another one. */
  readonly jwksUrl: string;
  /** The prefix of user ids, which separates the users of different issuers. */
  readonly realm: string;
  readonly algorithms: readonly string[];
  /** Returns whether a token is meant for us. Its signature, issuer and times are already valid. */
  accepts(claims: JWTPayload): boolean;
}

/** Returns a Cognito user pool as an issuer of access tokens for some clients. ID tokens are refused. */
export function cognitoIssuer(issuer: string, clientIds: readonly string[]): TokenIssuer {
  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    // The id of the pool, which does not depend on its endpoint.
    realm: issuer.slice(issuer.lastIndexOf('/') + 1),
    algorithms: ['RS256'],
    accepts: ({ token_use: use, client_id: client }) =>
      use === 'access' && typeof client === 'string' && clientIds.includes(client),
  };
}

/** The configuration of an OpenID Connect issuer. */
export interface OidcSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
}

/** Returns another OpenID Connect issuer, whose tokens must be for one audience. */
export function oidcIssuer({ issuer, jwksUrl, audience }: OidcSettings): TokenIssuer {
  return {
    issuer,
    jwksUrl,
    realm: issuer,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    accepts: ({ aud, token_use: use }) => use !== 'id' && [aud].flat().includes(audience),
  };
}

/** The issuers whose tokens a deployment accepts. */
export interface SignInSettings {
  readonly userPool: { readonly issuer: string; readonly clientIds: readonly string[] };
  /** A second issuer, in addition to the user pool. */
  readonly oidc?: OidcSettings;
}

/** Returns the issuers of a deployment. */
export function trustedIssuers({ userPool, oidc }: SignInSettings): readonly TokenIssuer[] {
  const pool = cognitoIssuer(userPool.issuer, userPool.clientIds);
  return oidc === undefined ? [pool] : [pool, oidcIssuer(oidc)];
}

/** The maximum clock difference, in seconds. */
const clockTolerance = 5;

/**
 * Returns a verifier for the JWTs of some issuers. The unverified token only selects one of these
 * issuers; its keys come from the configured URL. The verifier throws `unauthenticated` for a refused
 * token, and `internal` if the keys cannot be loaded.
 */
export function createTokenVerifier(
  ports: KeyPorts,
  issuers: readonly TokenIssuer[],
): TokenVerifier {
  const trusted = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: createIssuerKeys(ports, issuer) }]),
  );
  return async (token, endsAtMs) => {
    const entry = trusted.get(issuerIn(token));
    if (entry === undefined) throw refusal('its issuer is not trusted');
    const { issuer, keys } = entry;
    const claims = await verifyClaims(token, keys(endsAtMs), issuer);
    if (!issuer.accepts(claims)) throw refusal('it is for another client or audience');
    return userIn(claims, issuer);
  };
}

function issuerIn(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    throw refusal('it is not a JWT', error);
  }
}

async function verifyClaims(
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
    // If the keys cannot be loaded, the token may still be valid.
    if (error instanceof ChatError) throw error;
    throw refusal('its signature or its claims are not valid', error);
  }
}

function userIn({ sub }: JWTPayload, { realm }: TokenIssuer): VerifiedUser {
  if (typeof sub !== 'string' || sub === '') throw refusal('it has no subject');
  return { id: `${realm}:${sub}` };
}

function refusal(reason: string, cause?: unknown): ChatError {
  return new ChatError('unauthenticated', `The token was refused: ${reason}.`, { cause });
}
