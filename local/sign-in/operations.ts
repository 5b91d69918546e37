import { createHmac, randomBytes } from 'node:crypto';
import { jwtVerify, importJWK } from 'jose';
import { AwsError } from '#local/wire/aws-error.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { createJsonEngine, operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, map, oneOf, string, structure } from '#local/wire/shape.ts';
import type { UserPoolClient } from '#local/sign-in/read-user-pools.ts';
import { accessClaims, idClaims, signToken, tokenSeconds } from '#local/sign-in/tokens.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';
import type { User } from '#local/sign-in/users.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface CognitoOptions {
  readonly credentials: Credentials;
  pools(): readonly UserPool[];
}

/** What a refresh token stands for. */
interface Session {
  readonly clientId: string;
  readonly username: string;
}

/** Returns the engine of Cognito's own API: sign-in with a password or a refresh token. */
export function createCognitoEngine({ credentials, pools }: CognitoOptions): Engine {
  const sessions = new Map<string, Session>();
  return createJsonEngine({
    credentials,
    target: 'AWSCognitoIdentityProviderService',
    version: '1.1',
    operations: new Map<string, Operation>([
      ['InitiateAuth', initiateAuth(pools, sessions)],
      ['GetUser', getUser(pools)],
      ['RevokeToken', revokeToken(sessions)],
      ['GlobalSignOut', globalSignOut(pools, sessions)],
      [
        'ListUserPools',
        operation(structure({}, { MaxResults: integer(), NextToken: string() }), () => ({
          UserPools: pools().map(({ definition: { id, name } }) => ({ Id: id, Name: name })),
        })),
      ],
      [
        'DescribeUserPool',
        operation(structure({ UserPoolId: string() }), ({ UserPoolId }) => {
          const { id, name, arn } = requirePool(pools(), UserPoolId).definition;
          return { UserPool: { Id: id, Name: name, Arn: arn } };
        }),
      ],
      [
        'ListUserPoolClients',
        operation(
          structure({ UserPoolId: string() }, { MaxResults: integer(), NextToken: string() }),
          ({ UserPoolId }) => ({
            UserPoolClients: requirePool(pools(), UserPoolId).definition.clients.map(
              ({ id, name }) => {
                return { ClientId: id, ClientName: name, UserPoolId };
              },
            ),
          }),
        ),
      ],
    ]),
  });
}

function requirePool(pools: readonly UserPool[], id: string): UserPool {
  const pool = pools.find(({ definition }) => definition.id === id);
  if (pool !== undefined) return pool;
  throw new AwsError('ResourceNotFoundException', `User pool ${id} does not exist.`);
}

interface PoolClient {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
}

function requireClient(pools: readonly UserPool[], clientId: string): PoolClient {
  for (const pool of pools) {
    const client = pool.definition.clients.find(({ id }) => id === clientId);
    if (client !== undefined) return { pool, client };
  }
  throw new AwsError('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
}

const authShape = structure(
  {
    AuthFlow: oneOf(
      'USER_PASSWORD_AUTH',
      'REFRESH_TOKEN_AUTH',
      'REFRESH_TOKEN',
      'USER_SRP_AUTH',
      'CUSTOM_AUTH',
    ),
    ClientId: string(),
  },
  { AuthParameters: map(string()) },
);

const wrongLogin = new AwsError('NotAuthorizedException', 'Incorrect username or password.');

function initiateAuth(pools: () => readonly UserPool[], sessions: Map<string, Session>): Operation {
  const { run } = operation(authShape, async ({ AuthFlow, ClientId, AuthParameters = {} }) => {
    const { pool, client } = requireClient(pools(), ClientId);
    if (AuthFlow === 'REFRESH_TOKEN_AUTH' || AuthFlow === 'REFRESH_TOKEN') {
      const session = sessions.get(AuthParameters['REFRESH_TOKEN'] ?? '');
      const user = pool.users.find(({ username }) => username === session?.username);
      if (user === undefined || session?.clientId !== client.id) {
        throw new AwsError('NotAuthorizedException', 'Invalid Refresh Token');
      }
      checkSecretHash(client, user.username, AuthParameters['SECRET_HASH']);
      return {
        AuthenticationResult: await issueTokens(pool, user, client),
        ChallengeParameters: {},
      };
    }
    if (AuthFlow === 'USER_SRP_AUTH' || AuthFlow === 'CUSTOM_AUTH') {
      throw new AwsError(
        'InvalidParameterException',
        `${AuthFlow} is not hosted here: use USER_PASSWORD_AUTH`,
      );
    }
    if (!client.authFlows.some(isPasswordFlow)) {
      throw new AwsError(
        'InvalidParameterException',
        `${AuthFlow} flow not enabled for this client`,
      );
    }
    const { USERNAME: username = '', PASSWORD: password = '', SECRET_HASH: hash } = AuthParameters;
    const user = pool.users.find((each) => each.username === username || each.email === username);
    checkSecretHash(client, username, hash);
    if (user === undefined || user.password !== password) throw wrongLogin;
    const RefreshToken = randomBytes(64).toString('base64url');
    sessions.set(RefreshToken, { clientId: client.id, username: user.username });
    const tokens = await issueTokens(pool, user, client);
    return { AuthenticationResult: { ...tokens, RefreshToken }, ChallengeParameters: {} };
  });
  return { isPublic: true, run };
}

function isPasswordFlow(flow: string): boolean {
  return flow === 'ALLOW_USER_PASSWORD_AUTH' || flow === 'USER_PASSWORD_AUTH';
}

/** Throws if a client with a secret sends a wrong hash of the user name and its own id. */
function checkSecretHash(
  { id, secret }: UserPoolClient,
  username: string,
  hash: string | undefined,
): void {
  if (secret === undefined) return;
  const expected = createHmac('sha256', secret).update(`${username}${id}`).digest('base64');
  if (hash !== expected) {
    throw new AwsError('NotAuthorizedException', `Unable to verify secret hash for client ${id}`);
  }
}

async function issueTokens(pool: UserPool, user: User, client: UserPoolClient): Promise<object> {
  const scope = 'aws.cognito.signin.user.admin';
  return {
    AccessToken: await signToken(pool, accessClaims({ user, client, scope })),
    IdToken: await signToken(pool, { ...idClaims(user), aud: client.id }),
    ExpiresIn: tokenSeconds,
    TokenType: 'Bearer',
  };
}

/** Returns the user of an access token. Throws Cognito's error if the token is invalid. */
async function requireUser(pools: readonly UserPool[], token: string): Promise<User> {
  for (const { issuer, key, users } of pools) {
    try {
      const { payload } = await jwtVerify(token, await importJWK(key.publicJwk, 'RS256'), {
        issuer,
      });
      const user = users.find(({ sub }) => sub === payload.sub);
      if (payload['token_use'] === 'access' && user !== undefined) return user;
    } catch {
      // The token may belong to another pool.
    }
  }
  throw new AwsError('NotAuthorizedException', 'Invalid Access Token');
}

function getUser(pools: () => readonly UserPool[]): Operation {
  const { run } = operation(structure({ AccessToken: string() }), async ({ AccessToken }) => {
    const { username, sub, email } = await requireUser(pools(), AccessToken);
    const attributes = { sub, email, email_verified: 'true' };
    const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
    return { Username: username, UserAttributes };
  });
  return { isPublic: true, run };
}

function revokeToken(sessions: Map<string, Session>): Operation {
  const shape = structure({ Token: string(), ClientId: string() }, { ClientSecret: string() });
  const { run } = operation(shape, ({ Token }) => void sessions.delete(Token));
  return { isPublic: true, run };
}

function globalSignOut(
  pools: () => readonly UserPool[],
  sessions: Map<string, Session>,
): Operation {
  const { run } = operation(structure({ AccessToken: string() }), async ({ AccessToken }) => {
    const { username } = await requireUser(pools(), AccessToken);
    for (const [token, session] of sessions)
      if (session.username === username) sessions.delete(token);
  });
  return { isPublic: true, run };
}
