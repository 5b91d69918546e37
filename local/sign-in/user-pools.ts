import { jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import { asText } from '#local/wire/shape.ts';

/** A user pool as far as its tokens are checked. */
export interface PoolKeys {
  readonly arn: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly publicKey: CryptoKey | Uint8Array;
}

export interface Wanted {
  readonly poolArns: readonly string[];
  /** With scopes an access token with one of them is wanted, without them an ID token. */
  readonly scopes: readonly string[];
}

export type TokenVerdict =
  | { readonly type: 'valid'; readonly claims: JWTPayload }
  | { readonly type: 'invalid'; readonly words: string };

/** The user pools there are, as their tokens are checked. */
export interface UserPools {
  verify(token: string, wanted: Wanted): Promise<TokenVerdict>;
}

/** Pools may be added to the list later. */
export function createUserPools(pools: readonly PoolKeys[]): UserPools {
  return {
    async verify(token, wanted) {
      for (const pool of pools.filter(({ arn }) => wanted.poolArns.includes(arn))) {
        const claims = await claimsOf(token, pool);
        if (claims === 'expired')
          return { type: 'invalid', words: 'The incoming token has expired' };
        if (claims !== undefined && isWanted(claims, pool, wanted))
          return { type: 'valid', claims };
      }
      return { type: 'invalid', words: 'Unauthorized' };
    },
  };
}

async function claimsOf(
  token: string,
  { issuer, publicKey }: PoolKeys,
): Promise<JWTPayload | 'expired' | undefined> {
  try {
    return (await jwtVerify(token, publicKey, { issuer, algorithms: ['RS256'] })).payload;
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ERR_JWT_EXPIRED' ? 'expired' : undefined;
  }
}

function isWanted(claims: JWTPayload, { clientIds }: PoolKeys, { scopes }: Wanted): boolean {
  if (scopes.length === 0) {
    return claims['token_use'] === 'id' && clientIds.includes(String(claims.aud));
  }
  const held = (asText(claims['scope']) ?? '').split(' ');
  const isOwn = claims['token_use'] === 'access' && clientIds.includes(String(claims['client_id']));
  return isOwn && scopes.some((scope) => held.includes(scope));
}
