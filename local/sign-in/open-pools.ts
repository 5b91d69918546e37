import { importJWK } from 'jose';
import type { UserPoolDefinition } from '#local/sign-in/read-user-pools.ts';
import { openSigningKey } from '#local/sign-in/signing-key.ts';
import type { Pool } from '#local/sign-in/tokens.ts';
import type { PoolKeys } from '#local/sign-in/user-pools.ts';
import { usersOf, type Secret } from '#local/sign-in/users.ts';

export interface OpeningPools {
  /** The data directory, which has the key. */
  readonly data: string;
  /** Where people sign in; without a slash at its end. */
  readonly origin: string;
  readonly secret: Secret;
}

/** The pools with their users and the key that signs their tokens. */
export async function openPools(
  definitions: readonly UserPoolDefinition[],
  { data, origin, secret }: OpeningPools,
): Promise<readonly Pool[]> {
  if (definitions.length === 0) return [];
  const key = await openSigningKey(data);
  return definitions.map((definition) => ({
    definition,
    key,
    issuer: `${origin}/${definition.id}`,
    users: usersOf(definition.id, secret),
  }));
}

/** The pools as their tokens are checked. */
export function keysOf(pools: readonly Pool[]): Promise<readonly PoolKeys[]> {
  return Promise.all(
    pools.map(async ({ definition, issuer, key }) => ({
      issuer,
      arn: definition.arn,
      clientIds: definition.clients.map(({ id }) => id),
      publicKey: await importJWK(key.publicJwk, 'RS256'),
    })),
  );
}
