import { importJWK } from 'jose';
import type { UserPoolDefinition } from '#local/sign-in/read-user-pools.ts';
import { openSigningKey, type SigningKey } from '#local/sign-in/signing-key.ts';
import type { UserPoolKeys } from '#local/sign-in/token-verifier.ts';
import { createUsers, type DeriveSecret, type User } from '#local/sign-in/users.ts';

/** A user pool with its users and the key that signs its tokens. */
export interface UserPool {
  readonly definition: UserPoolDefinition;
  readonly issuer: string;
  readonly users: readonly User[];
  readonly key: SigningKey;
}

export interface UserPoolOptions {
  /** The data directory, which contains the signing key. */
  readonly data: string;
  /** The origin of the sign-in pages, without a slash at the end. */
  readonly origin: string;
  readonly secret: DeriveSecret;
}

/** Returns the user pools. They share one signing key, which is created if needed. */
export async function openUserPools(
  definitions: readonly UserPoolDefinition[],
  { data, origin, secret }: UserPoolOptions,
): Promise<readonly UserPool[]> {
  if (definitions.length === 0) return [];
  const key = await openSigningKey(data);
  return definitions.map((definition) => ({
    definition,
    key,
    issuer: `${origin}/${definition.id}`,
    users: createUsers(definition.id, secret),
  }));
}

/** Returns what is needed to verify the tokens of the pools. */
export function importPoolKeys(pools: readonly UserPool[]): Promise<readonly UserPoolKeys[]> {
  return Promise.all(
    pools.map(async ({ definition, issuer, key }) => ({
      issuer,
      arn: definition.arn,
      clientIds: definition.clients.map(({ id }) => id),
      publicKey: await importJWK(key.publicJwk, 'RS256'),
    })),
  );
}
