import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { UserPoolClient } from '#local/sign-in/read-user-pools.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';
import type { User } from '#local/sign-in/users.ts';

/** The lifetime of tokens in seconds: Cognito's default. */
export const tokenSeconds = 3600;

/** The user, client and scope of an access token. */
export interface Grant {
  readonly user: User;
  readonly client: Pick<UserPoolClient, 'id'>;
  readonly scope: string;
}

/** Returns the claims that Cognito adds to an access token. */
export function accessClaims({ user, client, scope }: Grant): Readonly<Record<string, unknown>> {
  return {
    ...groupClaims(user),
    sub: user.sub,
    client_id: client.id,
    token_use: 'access',
    scope,
    username: user.username,
    auth_time: Math.floor(Date.now() / 1000),
    jti: randomUUID(),
  };
}

/** Returns the claims that Cognito adds to an ID token. */
export function idClaims(user: User): Readonly<Record<string, unknown>> {
  return {
    ...groupClaims(user),
    sub: user.sub,
    token_use: 'id',
    email: user.email,
    email_verified: true,
    'cognito:username': user.username,
  };
}

function groupClaims({ groups }: User): Readonly<Record<string, unknown>> {
  return groups.length === 0 ? {} : { 'cognito:groups': groups };
}

/** Returns a JWT with these claims, signed by a pool and valid for an hour from now. */
export function signToken(
  { issuer, key }: UserPool,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime(`${tokenSeconds}s`)
    .sign(key.privateKey);
}
