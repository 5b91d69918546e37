import type { ApiDefinition, ApiKeyDefinition } from '#local/rest-api/definition/api-definition.ts';
import type { Authorized, Authorizers } from '#local/rest-api/authorizer.ts';
import { requestContext, toRestEvent, type ApiRequest } from '#local/rest-api/event.ts';
import type { GatewayAnswer } from '#local/rest-api/gateway-answers.ts';
import { validateRequest } from '#local/rest-api/request-validator.ts';
import type { UsagePlans } from '#local/rest-api/usage-plans.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { asText } from '#local/wire/shape.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import type { TokenVerifier } from '#local/sign-in/token-verifier.ts';
import { accountId } from '#local/template/world.ts';

/** A key that opens the methods that require one. */
export type ApiKey = ApiKeyDefinition & { readonly value: string };

/** Who is let in, and how often. */
export interface Admission {
  readonly region: string;
  readonly credentials: Credentials;
  readonly apiKeys: readonly ApiKey[];
  readonly usagePlans: UsagePlans;
  readonly authorizers: Authorizers;
  readonly userPools: TokenVerifier;
}

export type Admitted =
  | { readonly type: 'admitted'; readonly request: ApiRequest }
  | { readonly type: 'refused'; readonly kind: GatewayAnswer; readonly words?: string };

/** Who calls, then by which key and plan, then whether the request has its method's form. */
export async function admit(admission: Admission, asked: ApiRequest): Promise<Admitted> {
  const caller = await identify(admission, asked);
  if (caller.type === 'refused') return caller;
  const request = { ...asked, authorizer: caller.authorizer, accessKeyId: caller.accessKeyId };
  const { apiKeyRequired } = asked.route.method;
  const keyed = apiKeyRequired ? useKey(admission, request, caller.usageKey) : admitted(request);
  return keyed.type === 'refused' ? keyed : validate(keyed.request);
}

interface Caller {
  readonly type: 'caller';
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly accessKeyId?: string;
  /** The API key that the authorizer found. */
  readonly usageKey?: string | undefined;
}

type Refused = Extract<Admitted, { type: 'refused' }>;

const refused = (kind: GatewayAnswer, words?: string): Refused =>
  words === undefined ? { type: 'refused', kind } : { type: 'refused', kind, words };

const admitted = (request: ApiRequest): Admitted => ({ type: 'admitted', request });

async function identify(admission: Admission, asked: ApiRequest): Promise<Caller | Refused> {
  const { authorization } = asked.route.method;
  switch (authorization.type) {
    case 'none':
      return { type: 'caller' };
    case 'iam':
      return identifySigner(admission, asked);
    case 'user-pool': {
      const token = asked.request.headers[authorization.header.toLowerCase()]?.toString() ?? '';
      const { poolArns, scopes } = authorization;
      const bare = token.replace(/^Bearer\s+/iu, '');
      const verdict = await admission.userPools.verify(bare, { poolArns, scopes });
      if (verdict.type !== 'valid') return refused('noToken', verdict.message);
      return { type: 'caller', authorizer: { claims: textsOf(verdict.claims) } };
    }
    case 'function': {
      const { authorizer } = authorization;
      return toCaller(await admission.authorizers.ask(authorizer, askingOf(admission, asked)));
    }
  }
}

/** Claims reach a function as texts, whatever they are. */
function textsOf(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(claims);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, asText(value) ?? JSON.stringify(value)]),
  );
}

function toCaller(authorized: Authorized): Caller | Refused {
  switch (authorized.type) {
    case 'allowed':
      return { type: 'caller', authorizer: authorized.context, usageKey: authorized.usageKey };
    case 'no-token':
      return refused('noToken');
    case 'denied':
      return refused('denied');
    case 'not-allowed':
      return refused('accessDenied');
    case 'failure':
      return refused('authorizerFailure');
  }
}

function identifySigner(
  { credentials }: Admission,
  { request, body }: ApiRequest,
): Caller | Refused {
  const { method = 'GET', url = '/', headers } = request;
  const verdict = verifySigV4({ method, url, headers, body }, [credentials], Date.now());
  if (verdict.type === 'valid' && verdict.service === 'execute-api') {
    return { type: 'caller', accessKeyId: verdict.accessKeyId };
  }
  if (verdict.type === 'refused' && verdict.code === 'InvalidSignatureException') {
    return refused('badSignature', verdict.message);
  }
  const isUnsigned =
    verdict.type === 'refused' && verdict.code === 'MissingAuthenticationTokenException';
  return isUnsigned
    ? refused('unknownRoute')
    : refused('badSignature', 'The security token included in the request is invalid.');
}

function askingOf({ region }: Admission, asked: ApiRequest): Parameters<Authorizers['ask']>[1] {
  const { request, api, stage, path } = asked;
  return {
    methodArn: methodArnOf(region, api, `${stage.name}/${request.method}${path}`),
    headers: request.headers,
    query: new URL(request.url ?? '/', 'http://local').searchParams,
    stageVariables: stage.variables,
    context: requestContext(asked),
    event() {
      const { body: _, isBase64Encoded: __, ...event } = toRestEvent(asked);
      return event;
    },
  };
}

function methodArnOf(region: string, { id }: ApiDefinition, rest: string): string {
  return `arn:aws:execute-api:${region}:${accountId}:${id}/${rest}`;
}

function useKey(
  { apiKeys, usagePlans }: Admission,
  asked: ApiRequest,
  usageKey: string | undefined,
): Admitted {
  const { api, stage, route } = asked;
  const given =
    api.apiKeySource === 'AUTHORIZER' ? usageKey : asked.request.headers['x-api-key']?.toString();
  const apiKey = apiKeys.find(({ value, isEnabled }) => isEnabled && value === given);
  if (apiKey === undefined) return refused('badKey');
  const { resourcePath, httpMethod } = route.method;
  const usage = { apiId: api.id, stageName: stage.name, resourcePath, httpMethod };
  const verdict = usagePlans.use(apiKey.id, usage);
  switch (verdict) {
    case 'allowed':
      return admitted({ ...asked, apiKey: { id: apiKey.id, value: apiKey.value } });
    case 'forbidden':
      return refused('badKey');
    case 'throttled':
      return refused('throttled');
    case 'limit-exceeded':
      return refused('limitExceeded');
  }
}

function validate(asked: ApiRequest): Admitted {
  const { request, route, body } = asked;
  const problem = validateRequest(route.method, {
    body,
    headers: request.headers,
    query: new URL(request.url ?? '/', 'http://local').searchParams,
    pathParameters: route.pathParameters,
    contentType: (request.headers['content-type'] ?? 'application/json').split(';')[0] ?? '',
  });
  if (problem === undefined) return admitted(asked);
  if (problem.type === 'body') return refused('badBody');
  return refused(
    'badParameters',
    `Missing required request parameters: [${problem.missing.join(', ')}]`,
  );
}
