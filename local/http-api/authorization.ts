import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import type { HttpRequest } from '#local/http-api/event.ts';
import { toHttpEvent } from '#local/http-api/event.ts';
import type { HttpAuthorization } from '#local/http-api/http-api-definition.ts';
import type { Functions } from '#local/lambda/functions.ts';
import { evaluatePolicy } from '#local/rest-api/policy.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface HttpAuthorizationSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly functions: Functions;
  readonly authorizerCache: AuthorizerCache;
  now(): number;
}

/** Responses of authorizer functions, by identity, with their expiry. */
export type AuthorizerCache = Map<
  string,
  { readonly response: unknown; readonly expiresAtMs: number }
>;

export type HttpCallerResult =
  | { readonly type: 'caller'; readonly authorizer?: Readonly<Record<string, unknown>> }
  | { readonly type: 'refused'; readonly status: 401 | 403 | 500; readonly challenge?: string };

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
  const { accessKeyId } = verdict;
  const userArn = `arn:aws:iam::${accountId}:user/local`;
  return { type: 'caller', authorizer: { iam: { accessKey: accessKeyId, accountId, userArn } } };
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
  const jwt = {
    claims: Object.fromEntries(texts),
    scopes: authorization.scopes.length === 0 ? null : tokenScopes,
  };
  return { type: 'caller', authorizer: { jwt } };
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

/**
 * Resolves identity sources: `$request.header.Name`, `$request.querystring.name`, `$context.…` and
 * `$stageVariables.name`.
 */
function resolveIdentitySources(
  sources: readonly string[],
  httpRequest: HttpRequest,
): readonly (string | undefined)[] {
  const { request, stageVariables } = httpRequest;
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  return sources.map((source) => {
    const name = source
      .split('.')
      .slice(source.startsWith('$request') ? 2 : 1)
      .join('.');
    if (source.startsWith('$request.header.'))
      return request.headers[name.toLowerCase()]?.toString();
    if (source.startsWith('$request.querystring.')) return query.get(name) ?? undefined;
    if (source.startsWith('$stageVariables.')) return stageVariables[name];
    const { requestContext } = toHttpEvent(httpRequest, '2.0');
    const value = name
      .split('.')
      .reduce<unknown>((parent, key) => record(parent)[key], requestContext);
    return asText(value);
  });
}

type FunctionAuthorization = HttpAuthorization & { readonly type: 'function' };

async function callAuthorizer(
  { functions, authorizerCache, now, region }: HttpAuthorizationSettings,
  authorization: FunctionAuthorization,
  httpRequest: HttpRequest,
): Promise<HttpCallerResult> {
  const identity = resolveIdentitySources(authorization.identitySources, httpRequest);
  if (identity.includes(undefined)) return { type: 'refused', status: 401 };
  const { request, apiId, stage, routeKey } = httpRequest;
  const path = request.url?.split('?')[0] ?? '/';
  const arn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${request.method}${path}`;
  // A cached response is valid on all routes, unless the route key is an identity source.
  const name = JSON.stringify([authorization.id, ...identity]);
  const cached = authorizerCache.get(name);
  if (cached !== undefined && cached.expiresAtMs > now()) {
    return toCaller(cached.response, authorization, arn);
  }
  const {
    body: _,
    isBase64Encoded: __,
    ...event
  } = toHttpEvent(httpRequest, authorization.payloadFormat);
  const identitySource = authorization.payloadFormat === '2.0' ? identity : identity.join(',');
  const arns = authorization.payloadFormat === '2.0' ? { routeArn: arn } : { methodArn: arn };
  const extended = { ...event, type: 'REQUEST', identitySource, routeKey, ...arns };
  const result = await functions.call(authorization.functionName, extended);
  if (result.type === 'error' && result.error.errorMessage === 'Unauthorized') {
    return { type: 'refused', status: 401 };
  }
  if (result.type !== 'result') return { type: 'refused', status: 500 };
  const response: unknown = JSON.parse(result.payload.toString('utf8'));
  if (authorization.ttlMs > 0) {
    authorizerCache.set(name, { response, expiresAtMs: now() + authorization.ttlMs });
  }
  return toCaller(response, authorization, arn);
}

/** Interprets an authorizer's response: a simple one has `isAuthorized`, another one a policy. */
function toCaller(
  response: unknown,
  { simple }: FunctionAuthorization,
  arn: string,
): HttpCallerResult {
  const fields = isRecord(response) ? response : {};
  const context = isRecord(fields['context']) ? fields['context'] : {};
  const isAllowed = simple
    ? fields['isAuthorized'] === true
    : evaluatePolicy(fields['policyDocument'], arn) === 'allowed';
  if (!isAllowed) return { type: 'refused', status: 403 };
  return { type: 'caller', authorizer: { lambda: context } };
}
