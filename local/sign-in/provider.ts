import {
  Provider,
  type Adapter,
  type ClientMetadata,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { asText } from '#local/wire/shape.ts';
import { problemPage } from '#local/sign-in/login-page.ts';
import type { UserPoolClient } from '#local/sign-in/read-user-pools.ts';
import { accessClaims, idClaims, tokenSeconds } from '#local/sign-in/tokens.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';
import type { User } from '#local/sign-in/users.ts';

const standardScopes = ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'];

/** Where a provider stores its sessions and tokens, and the secret that signs its cookies. */
export interface SessionStorage {
  readonly secret: string;
  readonly adapter: (kind: string) => Adapter;
}

/** Returns the OpenID provider of a pool, with the paths and claims of Cognito. */
export function createProvider(pool: UserPool, { secret, adapter }: SessionStorage): Provider {
  const { definition, issuer, key } = pool;
  const clientScopes = definition.clients.flatMap((client) => client.scopes);
  const scopes = [...new Set([...standardScopes, ...clientScopes])];
  const { kty = 'RSA', ...jwk } = key.privateJwk;
  const provider = new Provider(issuer, {
    adapter,
    scopes,
    routes,
    clients: definition.clients.map(toClientMetadata),
    jwks: { keys: [{ ...jwk, kty }] },
    cookies: { keys: [secret] },
    claims: {
      openid: ['sub', 'token_use', 'cognito:username', 'cognito:groups'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    // Cognito verifies PKCE if a client uses it, but does not require it.
    pkce: { required: () => false },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      Session: 86_400,
      RefreshToken: 2_592_000,
      Grant: 2_592_000,
      Interaction: 3600,
    },
    interactions: {
      url: (_, interaction) => `${new URL(issuer).pathname}/login/${interaction.uid}`,
    },
    features: createFeatures(issuer, scopes),
    formats: { customizers: { jwt: (_, token, { payload }) => setClaims(pool, token, payload) } },
    findAccount(_, sub) {
      const user = findUser(pool, sub);
      if (user === undefined) return undefined;
      return { accountId: sub, claims: () => ({ ...idClaims(user), sub }) };
    },
    loadExistingGrant: (ctx) => grantAll(ctx, issuer),
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    renderError(ctx, { error, error_description: description = '' }) {
      ctx.type = 'html';
      ctx.body = problemPage(error, description);
    },
  });
  provider.on('server_error', (_, error) => console.error(`sign-in  ! ${String(error)}`));
  return provider;
}

/** Cognito's paths. */
const routes = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  userinfo: '/oauth2/userInfo',
  revocation: '/oauth2/revoke',
  end_session: '/logout',
  jwks: '/.well-known/jwks.json',
};

function findUser({ users }: UserPool, sub: string | undefined): User | undefined {
  return users.find((user) => user.sub === sub);
}

/** Makes access tokens JWTs, as Cognito does, with the pool itself as their resource. */
function createFeatures(issuer: string, scopes: readonly string[]): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    revocation: {
      enabled: true,
      // A client revokes its own tokens.
      allowedPolicy: (_, client, token) => token.clientId === client.clientId,
    },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = signOutPage(form);
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => issuer,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: scopes.join(' '),
        audience: issuer,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  };
}

interface IssuedToken {
  readonly clientId?: string | undefined;
  readonly scope?: string | undefined;
  readonly accountId?: string;
}

/** Sets Cognito's claims. Its access tokens have a `client_id` instead of an audience. */
function setClaims(pool: UserPool, token: IssuedToken, payload: Record<string, unknown>): void {
  const user = findUser(pool, token.accountId);
  const client = { id: token.clientId ?? '' };
  const scope = token.scope ?? '';
  const machine = { sub: client.id, client_id: client.id, token_use: 'access', scope };
  // The provider requires an audience, so there is one that JSON leaves out.
  Object.defineProperty(payload, 'aud', { value: client.id, enumerable: false });
  Object.assign(payload, user === undefined ? machine : accessClaims({ user, client, scope }));
}

/** Grants every scope that the application requests, without asking the user. */
async function grantAll(ctx: KoaContextWithOIDC, issuer: string): Promise<Grant | undefined> {
  const { client, session, params, provider } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  const scope = asText(params?.['scope']) ?? '';
  grant.addOIDCScope(scope);
  grant.addResourceScope(issuer, scope);
  await grant.save();
  return grant;
}

type Grant = InstanceType<Provider['Grant']>;

/** Returns a client in OpenID's metadata format. */
function toClientMetadata(client: UserPoolClient): ClientMetadata {
  const isCode = client.flows.includes('code') || client.flows.length === 0;
  const isMachine = client.flows.includes('client_credentials');
  return {
    client_id: client.id,
    client_name: client.name,
    ...(client.scopes.length === 0 ? {} : { scope: client.scopes.join(' ') }),
    ...(client.secret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { client_secret: client.secret, token_endpoint_auth_method: 'client_secret_basic' }),
    grant_types: [
      ...(isCode ? ['authorization_code', 'refresh_token'] : []),
      ...(isMachine ? ['client_credentials'] : []),
    ],
    response_types: isCode ? ['code'] : [],
    redirect_uris: isCode ? findRedirectUris(client) : [],
    post_logout_redirect_uris: [...client.logoutUrls],
  };
}

/** Returns the callback URLs of a client, or the chat page's usual URL if there are none. */
function findRedirectUris({ callbackUrls }: UserPoolClient): string[] {
  return callbackUrls.length === 0 ? ['http://localhost:3000/'] : [...callbackUrls];
}

/** Submits the provider's sign-out form at once, as Cognito asks for no confirmation. */
function signOutPage(form: string): string {
  return `<!doctype html><meta name="color-scheme" content="light dark"><title>Signing out</title>${form}<script>document.forms[0].submit()</script>`;
}
