import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import type { HttpRequest } from '#local/http-api/event.ts';
import { callAuthorizer } from '#local/http-api/function-authorizer.ts';
import type { HttpAuthorization } from '#local/http-api/http-api-definition.ts';
import type { HttpAuthorizationSettings, HttpCallerResult } from '#local/http-api/http-caller.ts';
import { resolveIdentitySources } from '#local/http-api/identity-sources.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** Identifies the caller of a route by the route's authorization, or refuses the request. */
export async function identifyCaller(
  settings: HttpAuthorizationSettings,
  authorization: HttpAuthorization,
  httpRequest: HttpRequest,
): Promise<HttpCallerResult> {
  switch (authorization.type) {
    case 'none':
      return { type: 'caller' };
    case 'iam':
      return identifySigner(settings, httpRequest);
    case 'jwt':
      return identifyBearer(authorization, httpRequest);
    case 'function':
      return callAuthorizer(settings, authorization, httpRequest);
  }
}

function identifySigner(
  { credentials, region }: HttpAuthorizationSettings,
  { request, body }: HttpRequest,
): HttpCallerResult {
  const { method = 'GET', url = '/', headers } = request;
  const signed = { method, url, headers, body };
  const scope = { region, service: 'execute-api' };
  const verdict = verifySigV4(signed, [credentials], Date.now(), scope);
  if (verdict.type !== 'valid') return { type: 'refused', status: 403 };
  return { type: 'caller', authorizer: { type: 'iam', accessKeyId: verdict.accessKeyId } };
}

type JwtAuthorization = HttpAuthorization & { readonly type: 'jwt' };

/** Returns the key set of an issuer, found by OpenID Connect Discovery. */
async function findKeys(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const cached = keySets.get(issuer);
  if (cached !== undefined) return cached;
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  const configuration: unknown = await response.json();
  const { jwks_uri: uri } = isRecord(configuration) ? configuration : {};
  if (typeof uri !== 'string') throw new Error(`${issuer} does not publish a jwks_uri`);
  const keys = createRemoteJWKSet(new URL(uri));
  keySets.set(issuer, keys);
  return keys;
}

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

async function identifyBearer(
  authorization: JwtAuthorization,
  httpRequest: HttpRequest,
): Promise<HttpCallerResult> {
  const [value] = resolveIdentitySources([authorization.identitySource], httpRequest);
  const token = value?.replace(/^Bearer\s+/iu, '') ?? '';
  if (token === '') return { type: 'refused', status: 401, challenge: 'Bearer' };
  const claims = await verifyJwt(token, authorization);
  if (claims === undefined) {
    const challenge = `Bearer scope="${authorization.scopes.join(' ')}" error="invalid_token"`;
    return { type: 'refused', status: 401, challenge };
  }
  const tokenScopes = (asText(claims['scope'] ?? claims['scp']) ?? '').split(' ').filter(Boolean);
  const isScoped =
    authorization.scopes.length === 0 ||
    authorization.scopes.some((scope) => tokenScopes.includes(scope));
  if (!isScoped)
    return { type: 'refused', status: 403, challenge: 'Bearer error="insufficient_scope"' };
  const texts = Object.entries(claims).map(([name, claim]) => [name, claimText(claim)] as const);
  const scopes = authorization.scopes.length === 0 ? null : tokenScopes;
  return { type: 'caller', authorizer: { type: 'jwt', claims: Object.fromEntries(texts), scopes } };
}

/** Lists are written in brackets, without quotes. */
function claimText(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.join(' ')}]`;
  return asText(claim) ?? JSON.stringify(claim);
}

/**
 * Returns the claims of a valid token for one of the audiences, or `undefined`. Cognito's access
 * tokens have `client_id` instead of `aud`.
 */
async function verifyJwt(
  token: string,
  { issuer, audience }: JwtAuthorization,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, await findKeys(issuer), { issuer });
    const audiences = new Set([payload.aud ?? payload['client_id'] ?? []].flat().map(String));
    const isIntended = audience.length === 0 || audience.some((each) => audiences.has(each));
    return isIntended ? payload : undefined;
  } catch {
    return undefined;
  }
}
