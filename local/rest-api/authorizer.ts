import type { Functions } from '#local/lambda/functions.ts';
import { runWithin } from '#local/process/run-within.ts';
import type { FunctionAuthorizer } from '#local/rest-api/definition/api-definition.ts';
import { evaluatePolicy, isPolicy } from '#local/rest-api/policy.ts';
import type { Json } from '#local/template/json.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** The request for a method, as an authorizer needs it. */
export interface AuthorizerRequest {
  readonly methodArn: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** The event of a REQUEST authorizer, without its type and ARN. */
  event(): Readonly<Record<string, unknown>>;
}

export type AuthorizerResult =
  | {
      readonly type: 'allowed';
      readonly context: Readonly<Record<string, unknown>>;
      readonly usageKey: string | undefined;
    }
  | { readonly type: 'no-token' | 'denied' | 'not-allowed' | 'failure' };

/** Asks authorizer functions whether a request is allowed, and caches their policies. */
export interface Authorizers {
  authorize(authorizer: FunctionAuthorizer, request: AuthorizerRequest): Promise<AuthorizerResult>;
}

interface CachedResponse {
  readonly response: Readonly<Record<string, unknown>>;
  readonly expiresAtMs: number;
}

/**
 * Creates the authorizers of the APIs. A cached policy is used for all methods that the same
 * identity calls, so each request is evaluated against it.
 */
export function createAuthorizers(functions: Functions, now: () => number): Authorizers {
  const cache = new Map<string, CachedResponse>();
  return {
    async authorize(authorizer, request) {
      const identity = authorizer.identitySources.map((source) => resolveIdentity(source, request));
      if (identity.some((value) => value === undefined || value === ''))
        return { type: 'no-token' };
      const { validation, ttlMs } = authorizer;
      const isWellFormed =
        validation === undefined ||
        runWithin(validation, () => new RegExp(`^(?:${validation})$`).test(identity[0] ?? ''));
      if (!isWellFormed) return { type: 'no-token' };
      const name = JSON.stringify([authorizer.id, ...identity]);
      const cached = cache.get(name);
      if (cached !== undefined && cached.expiresAtMs > now())
        return evaluate(cached.response, request, 0);
      const startMs = performance.now();
      const response = await call(functions, authorizer, request, identity[0]);
      if (typeof response === 'string') return { type: response };
      if (ttlMs > 0) cache.set(name, { response, expiresAtMs: now() + ttlMs });
      return evaluate(response, request, Math.ceil(performance.now() - startMs));
    },
  };
}

function resolveIdentity(source: string, request: AuthorizerRequest): string | undefined {
  const [, , place, ...rest] = source.split('.');
  const name = rest.join('.');
  if (place === 'header') return asText(request.headers[name.toLowerCase()]);
  if (place === 'querystring') return request.query.get(name) ?? undefined;
  const [kind, member = ''] = source.split(/\.(.*)/su);
  if (kind === 'stageVariables') return request.stageVariables[member];
  const value = member
    .split('.')
    .reduce<unknown>(
      (parent, key) => (isRecord(parent) ? parent[key] : undefined),
      request.context,
    );
  return asText(value);
}

async function call(
  functions: Functions,
  { kind, functionName }: FunctionAuthorizer,
  request: AuthorizerRequest,
  token: string | undefined,
): Promise<Readonly<Record<string, unknown>> | 'no-token' | 'failure'> {
  const { methodArn } = request;
  const event =
    kind === 'TOKEN'
      ? { type: kind, authorizationToken: token, methodArn }
      : { type: kind, methodArn, ...request.event() };
  const result = await functions.call(functionName, event);
  // An error with exactly this message means a 401.
  if (result.type === 'error' && result.error.errorMessage === 'Unauthorized') return 'no-token';
  if (result.type !== 'result') return 'failure';
  try {
    const response: unknown = JSON.parse(result.payload.toString('utf8'));
    if (isRecord(response) && isAnswer(response)) return response;
  } catch {
    // Malformed JSON is handled like a malformed response.
  }
  return 'failure';
}

/** A principal and a policy are required. The context may contain only plain values. */
function isAnswer({ principalId, policyDocument, context }: Json): boolean {
  const fields = context ?? {};
  const isFlat =
    isRecord(fields) &&
    Object.values(fields).every((value) => typeof value !== 'object' || value === null);
  return typeof principalId === 'string' && isPolicy(policyDocument) && isFlat;
}

/** Evaluates an authorizer's response for a request. A cached one took no time. */
function evaluate(
  { policyDocument, principalId, context, usageIdentifierKey }: Json,
  { methodArn }: AuthorizerRequest,
  integrationLatency: number,
): AuthorizerResult {
  const verdict = evaluatePolicy(policyDocument, methodArn);
  if (verdict !== 'allowed') return { type: verdict };
  return {
    type: 'allowed',
    context: { ...contextTexts(context), principalId, integrationLatency },
    usageKey: asText(usageIdentifierKey),
  };
}

/** Returns the context of an authorizer as functions receive it in payload format 1.0: as texts. */
export function contextTexts(context: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(isRecord(context) ? context : {});
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
