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
import { accessClaims, idClaims, tokenSeconds, type Pool } from '#local/sign-in/tokens.ts';
import type { User } from '#local/sign-in/users.ts';

const standardScopes = ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'];

/** What a provider keeps, and signs its cookies with. */
export interface Keeping {
  readonly secret: string;
  readonly adapter: (kind: string) => Adapter;
}

/** The OpenID provider behind a pool's hosted pages, at Cognito's paths and with its claims. */
export function createProvider(pool: Pool, { secret, adapter }: Keeping): Provider {
  const { definition, issuer, key } = pool;
  const own = definition.clients.flatMap((client) => client.scopes);
  const scopes = [...new Set([...standardScopes, ...own])];
  const { kty = 'RSA', ...jwk } = key.privateJwk;
  const provider = new Provider(issuer, {
    adapter,
    scopes,
    routes,
    clients: definition.clients.map(toClient),
    jwks: { keys: [{ ...jwk, kty }] },
    cookies: { keys: [secret] },
    claims: {
      openid: ['sub', 'token_use', 'cognito:username', 'cognito:groups'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    // Cognito takes a proof where there is one, and insists on none.
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
    features: featuresOf(issuer, scopes),
    formats: { customizers: { jwt: (_, token, { payload }) => reshape(pool, token, payload) } },
    findAccount(_, sub) {
      const user = userById(pool, sub);
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

function userById({ users }: Pool, sub: string | undefined): User | undefined {
  return users.find((user) => user.sub === sub);
}

/** Access tokens are JWTs, as Cognito's are: they are for the pool itself as their resource. */
function featuresOf(issuer: string, scopes: readonly string[]): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = autoSubmitted(form);
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

/** Cognito's access tokens have no audience: their client is told by a claim of its own. */
function reshape(pool: Pool, token: IssuedToken, payload: Record<string, unknown>): void {
  const user = userById(pool, token.accountId);
  const client = { id: token.clientId ?? '' };
  const scope = token.scope ?? '';
  const machine = { sub: client.id, client_id: client.id, token_use: 'access', scope };
  // The provider insists on one, so it stays, where JSON does not see it.
  Object.defineProperty(payload, 'aud', { value: client.id, enumerable: false });
  Object.assign(payload, user === undefined ? machine : accessClaims({ user, client, scope }));
}

/** Whoever signs in here lets the application have what it asks for. */
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

/** A client of a pool in OpenID's own words. */
function toClient(client: UserPoolClient): ClientMetadata {
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
    redirect_uris: isCode ? redirectsOf(client) : [],
    post_logout_redirect_uris: [...client.logoutUrls],
  };
}

/** A client that names no page of its own comes back to the chat page's usual place. */
function redirectsOf({ callbackUrls }: UserPoolClient): string[] {
  return callbackUrls.length === 0 ? ['http://localhost:3000/'] : [...callbackUrls];
}

/** Nobody is asked twice whether to sign out. */
function autoSubmitted(form: string): string {
  return `<!doctype html><title>Signing out</title>${form}<script>document.forms[0].submit()</script>`;
}
