import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { UserPoolClient, UserPoolDefinition } from '#local/sign-in/read-user-pools.ts';
import type { SigningKey } from '#local/sign-in/signing-key.ts';
import type { User } from '#local/sign-in/users.ts';

/** How long tokens are good for, in seconds: Cognito's default. */
export const tokenSeconds = 3600;

/** A user pool that people sign in to. */
export interface Pool {
  readonly definition: UserPoolDefinition;
  readonly issuer: string;
  readonly users: readonly User[];
  readonly key: SigningKey;
}

/** Whose tokens, for which client. */
export interface Grant {
  readonly user: User;
  readonly client: Pick<UserPoolClient, 'id'>;
  readonly scope: string;
}

/** The claims that Cognito puts into an access token, beside those of every JWT. */
export function accessClaims({ user, client, scope }: Grant): Readonly<Record<string, unknown>> {
  return {
    ...groupsOf(user),
    sub: user.sub,
    client_id: client.id,
    token_use: 'access',
    scope,
    username: user.username,
    auth_time: Math.floor(Date.now() / 1000),
    jti: randomUUID(),
  };
}

/** The claims of an ID token. */
export function idClaims(user: User): Readonly<Record<string, unknown>> {
  return {
    ...groupsOf(user),
    sub: user.sub,
    token_use: 'id',
    email: user.email,
    email_verified: true,
    'cognito:username': user.username,
  };
}

function groupsOf({ groups }: User): Readonly<Record<string, unknown>> {
  return groups.length === 0 ? {} : { 'cognito:groups': groups };
}

/** Signs claims as a pool does. */
export function signToken(
  { issuer, key }: Pool,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(`${tokenSeconds}s`)
    .sign(key.privateKey);
}
