import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import type { HttpAuthorization } from '#local/http-api/http-api-definition.ts';
import type {
  AuthorizerResponse,
  HttpAuthorizationSettings,
  HttpCallerResult,
} from '#local/http-api/http-caller.ts';
import { resolveIdentitySources } from '#local/http-api/identity-sources.ts';
import { toAuthorizerEvent } from '#local/rest-api/event.ts';
import { evaluatePolicy, isPolicy } from '#local/rest-api/policy.ts';
import type { Json } from '#local/template/json.ts';
import { accountId } from '#local/template/stack-context.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

type FunctionAuthorization = HttpAuthorization & { readonly type: 'function' };

/**
 * Asks the authorizer function of a route whether a request is allowed, and caches its response. A
 * failure or a malformed response is an error, and is not cached.
 */
export async function callAuthorizer(
  { functions, authorizerCache, now, region }: HttpAuthorizationSettings,
  authorization: FunctionAuthorization,
  httpRequest: HttpRequest,
): Promise<HttpCallerResult> {
  const identity = resolveIdentitySources(authorization.identitySources, httpRequest).map(
    (value) => value ?? '',
  );
  if (identity.includes('')) return { type: 'refused', status: 401 };
  const { request, apiId, stage } = httpRequest;
  const path = request.url?.split('?')[0] ?? '/';
  const arn = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${request.method}${path}`;
  // A cached response is valid on all routes, unless the route key is an identity source.
  const name = JSON.stringify([authorization.id, ...identity]);
  const cached = authorizerCache.get(name);
  if (cached !== undefined && cached.expiresAtMs > now()) {
    return toCaller(cached.response, arn, 0);
  }
  const startMs = performance.now();
  const event = toEvent(authorization, httpRequest, { identity, arn });
  const result = await functions.call(authorization.functionName, event);
  if (result.type === 'error' && result.error.errorMessage === 'Unauthorized') {
    return { type: 'refused', status: 401 };
  }
  const response = result.type === 'result' ? parse(result.payload, authorization) : undefined;
  if (response === undefined) return { type: 'refused', status: 500 };
  if (authorization.ttlMs > 0) {
    authorizerCache.set(name, { response, expiresAtMs: now() + authorization.ttlMs });
  }
  return toCaller(response, arn, Math.ceil(performance.now() - startMs));
}

function toEvent(
  { payloadFormat }: FunctionAuthorization,
  httpRequest: HttpRequest,
  { identity, arn }: { readonly identity: readonly string[]; readonly arn: string },
): Json {
  const event = toAuthorizerEvent(toHttpEvent(httpRequest, payloadFormat));
  if (payloadFormat === '2.0') {
    return { ...event, type: 'REQUEST', identitySource: identity, routeArn: arn };
  }
  const { requestContext, ...rest } = event;
  const source = identity.join(',');
  return {
    ...rest,
    type: 'REQUEST',
    methodArn: arn,
    identitySource: source,
    authorizationToken: source,
    // Before anything has authorized the caller, there are no facts about them.
    requestContext: isRecord(requestContext) ? { ...requestContext, authorizer: undefined } : {},
  };
}

function parse(payload: Buffer, { simple }: FunctionAuthorization): AuthorizerResponse | undefined {
  const response = parseJson(payload);
  const context = response?.['context'] ?? null;
  if (response === undefined || (context !== null && !isRecord(context))) return undefined;
  const { isAuthorized, policyDocument, principalId } = response;
  const facts = { context, principalId: asText(principalId) };
  if (simple) {
    return typeof isAuthorized === 'boolean'
      ? { ...facts, isAuthorized: () => isAuthorized }
      : undefined;
  }
  return isPolicy(policyDocument)
    ? { ...facts, isAuthorized: (arn) => evaluatePolicy(policyDocument, arn) === 'allowed' }
    : undefined;
}

function parseJson(payload: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toCaller(
  { isAuthorized, context, principalId }: AuthorizerResponse,
  arn: string,
  latencyMs: number,
): HttpCallerResult {
  if (!isAuthorized(arn)) return { type: 'refused', status: 403 };
  return { type: 'caller', authorizer: { type: 'lambda', context, principalId, latencyMs } };
}
