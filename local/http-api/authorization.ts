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

export interface HttpAdmission {
  readonly region: string;
  readonly credentials: Credentials;
  readonly functions: Functions;
  readonly answers: AuthorizerAnswers;
  now(): number;
}

/** What functions have said of callers, by identity, until when it counts. */
export type AuthorizerAnswers = Map<string, { readonly answer: unknown; readonly untilMs: number }>;

export type HttpCaller =
  | { readonly type: 'caller'; readonly authorizer?: Readonly<Record<string, unknown>> }
  | { readonly type: 'refused'; readonly status: 401 | 403 | 500; readonly challenge?: string };

/** Who calls a route, by its authorization. */
export async function identifyCaller(
  admission: HttpAdmission,
  authorization: HttpAuthorization,
  asked: HttpRequest,
): Promise<HttpCaller> {
  switch (authorization.type) {
    case 'none':
      return { type: 'caller' };
    case 'iam':
      return identifySigner(admission, asked);
    case 'jwt':
      return identifyBearer(authorization, asked);
    case 'function':
      return askFunction(admission, authorization, asked);
  }
}

function identifySigner(
  { credentials }: HttpAdmission,
  { request, body }: HttpRequest,
): HttpCaller {
  const { method = 'GET', url = '/', headers } = request;
  const verdict = verifySigV4({ method, url, headers, body }, [credentials], Date.now());
  if (verdict.type !== 'valid' || verdict.service !== 'execute-api') {
    return { type: 'refused', status: 403 };
  }
  const { accessKeyId } = verdict;
  const userArn = `arn:aws:iam::${accountId}:user/local`;
  return { type: 'caller', authorizer: { iam: { accessKey: accessKeyId, accountId, userArn } } };
}

type JwtAuthorization = HttpAuthorization & { readonly type: 'jwt' };

/** The key set of an issuer, which tells where it is (OpenID Connect Discovery). */
async function keysOf(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const known = keySets.get(issuer);
  if (known !== undefined) return known;
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
  const configuration: unknown = await answer.json();
  const { jwks_uri: uri } = isRecord(configuration) ? configuration : {};
  if (typeof uri !== 'string') throw new Error(`${issuer} tells no jwks_uri`);
  const keys = createRemoteJWKSet(new URL(uri));
  keySets.set(issuer, keys);
  return keys;
}

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

async function identifyBearer(wanted: JwtAuthorization, asked: HttpRequest): Promise<HttpCaller> {
  const [value] = identities([wanted.identitySource], asked);
  const token = value?.replace(/^Bearer\s+/iu, '') ?? '';
  if (token === '') return { type: 'refused', status: 401, challenge: 'Bearer' };
  const claims = await verifyJwt(token, wanted);
  if (claims === undefined) {
    const challenge = `Bearer scope="${wanted.scopes.join(' ')}" error="invalid_token"`;
    return { type: 'refused', status: 401, challenge };
  }
  const held = (asText(claims['scope'] ?? claims['scp']) ?? '').split(' ').filter(Boolean);
  const isScoped =
    wanted.scopes.length === 0 || wanted.scopes.some((scope) => held.includes(scope));
  if (!isScoped)
    return { type: 'refused', status: 403, challenge: 'Bearer error="insufficient_scope"' };
  const texts = Object.entries(claims).map(([name, claim]) => [name, claimText(claim)] as const);
  const jwt = {
    claims: Object.fromEntries(texts),
    scopes: wanted.scopes.length === 0 ? null : held,
  };
  return { type: 'caller', authorizer: { jwt } };
}

/** Lists are told in brackets, without quotes. */
function claimText(claim: unknown): string {
  if (Array.isArray(claim)) return `[${claim.join(' ')}]`;
  return asText(claim) ?? JSON.stringify(claim);
}

/** A token for one of the audiences, which Cognito's access tokens tell as their client. */
async function verifyJwt(
  token: string,
  { issuer, audience }: JwtAuthorization,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, await keysOf(issuer), { issuer });
    const named = new Set([payload.aud ?? payload['client_id'] ?? []].flat().map(String));
    const isMeant = audience.length === 0 || audience.some((each) => named.has(each));
    return isMeant ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** `$request.header.Name`, `$request.querystring.name`, `$context.…`, `$stageVariables.name` */
function identities(
  sources: readonly string[],
  asked: HttpRequest,
): readonly (string | undefined)[] {
  const { request, stageVariables } = asked;
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
    const { requestContext } = toHttpEvent(asked, '2.0');
    const value = name
      .split('.')
      .reduce<unknown>((found, key) => record(found)[key], requestContext);
    return asText(value);
  });
}

type FunctionAuthorization = HttpAuthorization & { readonly type: 'function' };

async function askFunction(
  { functions, answers, now, region }: HttpAdmission,
  wanted: FunctionAuthorization,
  asked: HttpRequest,
): Promise<HttpCaller> {
  const identity = identities(wanted.identitySources, asked);
  if (identity.includes(undefined)) return { type: 'refused', status: 401 };
  const { request, apiId, stage, routeKey } = asked;
  const path = request.url?.split('?')[0] ?? '/';
  const arn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${request.method}${path}`;
  // What is said of an identity counts for one route, unless the route is no part of it.
  const name = JSON.stringify([wanted.id, ...identity]);
  const known = answers.get(name);
  if (known !== undefined && known.untilMs > now()) return judge(known.answer, wanted, arn);
  const { body: _, isBase64Encoded: __, ...event } = toHttpEvent(asked, wanted.payloadFormat);
  const identitySource = wanted.payloadFormat === '2.0' ? identity : identity.join(',');
  const arns = wanted.payloadFormat === '2.0' ? { routeArn: arn } : { methodArn: arn };
  const extended = { ...event, type: 'REQUEST', identitySource, routeKey, ...arns };
  const result = await functions.call(wanted.functionName, extended);
  if (result.type === 'error' && result.error.errorMessage === 'Unauthorized') {
    return { type: 'refused', status: 401 };
  }
  if (result.type !== 'result') return { type: 'refused', status: 500 };
  const answer: unknown = JSON.parse(result.payload.toString('utf8'));
  if (wanted.ttlMs > 0) answers.set(name, { answer, untilMs: now() + wanted.ttlMs });
  return judge(answer, wanted, arn);
}

/** A simple answer says yes or no, another brings a policy. */
function judge(answer: unknown, { simple }: FunctionAuthorization, arn: string): HttpCaller {
  const given = isRecord(answer) ? answer : {};
  const context = isRecord(given['context']) ? given['context'] : {};
  const isAllowed = simple
    ? given['isAuthorized'] === true
    : evaluatePolicy(given['policyDocument'], arn) === 'allowed';
  if (!isAllowed) return { type: 'refused', status: 403 };
  return { type: 'caller', authorizer: { lambda: context } };
}
