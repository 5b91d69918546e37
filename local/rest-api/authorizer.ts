import type { Functions } from '#local/lambda/functions.ts';
import type { FunctionAuthorizer } from '#local/rest-api/definition/api-definition.ts';
import { evaluatePolicy } from '#local/rest-api/policy.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

/** What a method is asked with. */
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

/** Asks a function whether a call is allowed, and remembers its policy. */
export interface Authorizers {
  ask(authorizer: FunctionAuthorizer, asking: AuthorizerRequest): Promise<AuthorizerResult>;
}

interface Remembered {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly untilMs: number;
}

/** A remembered policy serves every method of its identity, so each call is held against it. */
export function createAuthorizers(functions: Functions, now: () => number): Authorizers {
  const cache = new Map<string, Remembered>();
  return {
    async ask(authorizer, asking) {
      const identity = authorizer.identitySources.map((source) => identityOf(source, asking));
      if (identity.some((value) => value === undefined || value === ''))
        return { type: 'no-token' };
      const { validation, ttlMs } = authorizer;
      const isWellFormed =
        validation === undefined || new RegExp(`^(?:${validation})$`).test(identity[0] ?? '');
      if (!isWellFormed) return { type: 'no-token' };
      const name = JSON.stringify([authorizer.id, ...identity]);
      const known = cache.get(name);
      if (known !== undefined && known.untilMs > now()) return judge(known.answer, asking);
      const answer = await call(functions, authorizer, { asking, token: identity[0] });
      if (typeof answer === 'string') return { type: answer };
      if (ttlMs > 0) cache.set(name, { answer, untilMs: now() + ttlMs });
      return judge(answer, asking);
    },
  };
}

function identityOf(source: string, asking: AuthorizerRequest): string | undefined {
  const [, , place, ...rest] = source.split('.');
  const name = rest.join('.');
  if (place === 'header') return asText(asking.headers[name.toLowerCase()]);
  if (place === 'querystring') return asking.query.get(name) ?? undefined;
  const [kind, member = ''] = source.split(/\.(.*)/su);
  if (kind === 'stageVariables') return asking.stageVariables[member];
  const value = member
    .split('.')
    .reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), asking.context);
  return asText(value);
}

async function call(
  functions: Functions,
  { kind, functionName }: FunctionAuthorizer,
  { asking, token }: { readonly asking: AuthorizerRequest; readonly token: string | undefined },
): Promise<Readonly<Record<string, unknown>> | 'no-token' | 'failure'> {
  const { methodArn } = asking;
  const event =
    kind === 'TOKEN'
      ? { type: kind, authorizationToken: token, methodArn }
      : { type: kind, methodArn, ...asking.event() };
  const result = await functions.call(functionName, event);
  // A function that throws exactly this word means a 401.
  if (result.type === 'error' && result.error.errorMessage === 'Unauthorized') return 'no-token';
  if (result.type !== 'result') return 'failure';
  try {
    const answer: unknown = JSON.parse(result.payload.toString('utf8'));
    if (isRecord(answer) && isRecord(answer['policyDocument'])) return answer;
  } catch {
    // No policy either way.
  }
  return 'failure';
}

function judge(
  answer: Readonly<Record<string, unknown>>,
  { methodArn }: AuthorizerRequest,
): AuthorizerResult {
  const { policyDocument, principalId, context, usageIdentifierKey } = answer;
  const verdict = evaluatePolicy(policyDocument, methodArn);
  if (verdict !== 'allowed') return { type: verdict };
  const given = isRecord(context) ? context : {};
  // Only plain values may be in it.
  if (Object.values(given).some((value) => typeof value === 'object' && value !== null)) {
    return { type: 'failure' };
  }
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)] as const);
  return {
    type: 'allowed',
    context: { ...Object.fromEntries(texts), principalId: asText(principalId) ?? '' },
    usageKey: asText(usageIdentifierKey),
  };
}
