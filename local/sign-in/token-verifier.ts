import { jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { asText } from '#local/wire/shape.ts';

/** The part of a user pool that is needed to verify its tokens. */
export interface UserPoolKeys {
  readonly arn: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly publicKey: CryptoKey | Uint8Array;
}

/** The pools and scopes that an API accepts. */
export interface TokenRequirements {
  readonly poolArns: readonly string[];
  /** If not empty, an access token with one of these scopes is required; otherwise an ID token. */
  readonly scopes: readonly string[];
}

/** Whether a token is accepted. */
export type TokenVerdict =
  | { readonly type: 'valid'; readonly claims: JWTPayload }
  | { readonly type: 'invalid'; readonly message: string };

/** Verifies the tokens of user pools. */
export interface TokenVerifier {
  /** Returns the claims of a valid token, or API Gateway's message for an invalid one. */
  verify(token: string, requirements: TokenRequirements): Promise<TokenVerdict>;
}

/** Returns a verifier for a list of pools, to which pools may be added later. */
export function createTokenVerifier(pools: readonly UserPoolKeys[]): TokenVerifier {
  return {
    async verify(token, requirements) {
      for (const pool of pools.filter(({ arn }) => requirements.poolArns.includes(arn))) {
        const claims = await readClaims(token, pool);
        if (claims === 'expired')
          return { type: 'invalid', message: 'The incoming token has expired' };
        if (claims !== undefined && isAccepted(claims, pool, requirements))
          return { type: 'valid', claims };
      }
      return { type: 'invalid', message: 'Unauthorized' };
    },
  };
}

async function readClaims(
  token: string,
  { issuer, publicKey }: UserPoolKeys,
): Promise<JWTPayload | 'expired' | undefined> {
  try {
    return (await jwtVerify(token, publicKey, { issuer, algorithms: ['RS256'] })).payload;
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_JWT_EXPIRED' ? 'expired' : undefined;
  }
}

function isAccepted(
  claims: JWTPayload,
  { clientIds }: UserPoolKeys,
  { scopes }: TokenRequirements,
): boolean {
  if (scopes.length === 0) {
    return claims['token_use'] === 'id' && clientIds.includes(String(claims.aud));
  }
  const granted = (asText(claims['scope']) ?? '').split(' ');
  const isAccess =
    claims['token_use'] === 'access' && clientIds.includes(String(claims['client_id']));
  return isAccess && scopes.some((scope) => granted.includes(scope));
}
