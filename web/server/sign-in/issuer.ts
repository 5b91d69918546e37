import * as oidc from 'openid-client';
import type { SignInSettings } from './settings.ts';
import type { Tokens } from './seal.ts';

/** What a browser needs to remember until it returns from the issuer. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the page goes on. */
  readonly returnTo: string;
}

/** Somebody who has just signed in. */
export interface SignedIn {
  readonly userId: string;
  readonly tokens: Tokens;
}

/** An OpenID Connect issuer. Its methods throw if it cannot be reached or refuses. */
export interface Issuer {
  /** Returns the address at which a person signs in. */
  authorizationUrl(attempt: Attempt, callback: URL, language: string): Promise<URL>;
  /** Exchanges the code in the address to which the issuer sent the browser back. */
  signIn(returned: URL, attempt: Attempt): Promise<SignedIn>;
  renew(tokens: Tokens): Promise<Tokens>;
  /** Makes the refresh token useless, where the issuer can do that. */
  revoke(tokens: Tokens): Promise<void>;
  /** Returns the address that ends the session at the issuer; undefined if it has none. */
  endSessionUrl(tokens: Tokens | undefined, returnTo: URL): Promise<URL | undefined>;
}

/** Returns an issuer, which is discovered at its first use. */
export function openIssuer(settings: SignInSettings): Issuer {
  const discover = createDiscovery(settings);
  return {
    authorizationUrl: async (attempt, callback, language) =>
      toAuthorizationUrl(await discover(), attempt, { callback, language, settings }),
    signIn: async (returned, attempt) => exchange(await discover(), returned, attempt),
    async renew({ name, refreshToken, idToken }) {
      if (refreshToken === undefined) throw new Error('There is no refresh token');
      const response = await oidc.refreshTokenGrant(await discover(), refreshToken);
      // An issuer that does not rotate refresh tokens sends no new one.
      return toTokens(response, name, { refreshToken, idToken });
    },
    async revoke({ refreshToken }) {
      const issuer = await discover();
      const canRevoke = issuer.serverMetadata().revocation_endpoint !== undefined;
      if (canRevoke && refreshToken !== undefined) await oidc.tokenRevocation(issuer, refreshToken);
    },
    endSessionUrl: async (tokens, returnTo) =>
      toEndSessionUrl(await discover(), tokens?.idToken, returnTo),
  };
}

interface AuthorizationOptions {
  readonly callback: URL;
  readonly language: string;
  readonly settings: SignInSettings;
}

async function toAuthorizationUrl(
  configuration: oidc.Configuration,
  { state, nonce, verifier }: Attempt,
  { callback, language, settings: { audience, scope } }: AuthorizationOptions,
): Promise<URL> {
  return oidc.buildAuthorizationUrl(configuration, {
    scope,
    state,
    nonce,
    redirect_uri: callback.href,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ui_locales: language,
    // Cognito's own parameter.
    lang: language,
    ...(audience === undefined ? {} : { audience }),
    // A resource is a URI: issuers refuse any other name (RFC 8707).
    ...(audience !== undefined && URL.canParse(audience) ? { resource: audience } : {}),
  });
}

async function exchange(
  configuration: oidc.Configuration,
  returned: URL,
  { state, nonce, verifier }: Attempt,
): Promise<SignedIn> {
  const response = await oidc.authorizationCodeGrant(configuration, returned, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims = response.claims();
  if (claims === undefined) throw new Error('The issuer sent no ID token');
  return { userId: `${claims.iss}#${claims.sub}`, tokens: toTokens(response, nameIn(claims)) };
}

function createDiscovery({
  issuer,
  clientId,
  clientSecret,
}: SignInSettings): () => Promise<oidc.Configuration> {
  let discovered: Promise<oidc.Configuration> | undefined;
  return async () => {
    const isLocal = issuer.protocol === 'http:';
    discovered ??= oidc.discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret),
      isLocal ? { execute: [oidc.allowInsecureRequests] } : {},
    );
    try {
      return await discovered;
    } catch (error) {
      // The next person tries again.
      discovered = undefined;
      throw error;
    }
  };
}

function toEndSessionUrl(
  configuration: oidc.Configuration,
  idToken: string | undefined,
  { href }: URL,
): URL | undefined {
  if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
  return oidc.buildEndSessionUrl(configuration, {
    post_logout_redirect_uri: href,
    // Cognito's own parameter.
    logout_uri: href,
    ...(idToken === undefined ? {} : { id_token_hint: idToken }),
  });
}

function nameIn(claims: oidc.IDToken): string {
  const names = [claims['email'], claims['preferred_username'], claims['cognito:username']];
  return names.find((claim) => typeof claim === 'string') ?? claims.sub;
}

/** Returns whether the issuer has refused for good, rather than failed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof oidc.ResponseBodyError && error.status < 500 && error.status !== 429;
}

type Kept = Pick<Tokens, 'refreshToken' | 'idToken'>;

/** How long a token lives if its issuer does not say: not longer than a request. */
const defaultSeconds = 60;

function toTokens(
  response: oidc.TokenEndpointResponse,
  name: string,
  { refreshToken, idToken }: Kept = {},
): Tokens {
  return {
    name,
    accessToken: response.access_token,
    expiresAtMs: Date.now() + (response.expires_in ?? defaultSeconds) * 1_000,
    refreshToken: response.refresh_token ?? refreshToken,
    idToken: response.id_token ?? idToken,
  };
}
