import type { ApiDefinition, ApiKeyDefinition } from '#local/rest-api/definition/api-definition.ts';
import type {
  AuthorizerRequest,
  AuthorizerResult,
  Authorizers,
} from '#local/rest-api/authorizer.ts';
import {
  requestContext,
  toAuthorizerEvent,
  toRestEvent,
  type ApiRequest,
} from '#local/rest-api/event.ts';
import type { GatewayError } from '#local/rest-api/gateway-responses.ts';
import { validateRequest } from '#local/rest-api/request-validator.ts';
import type { UsagePlans } from '#local/rest-api/usage-plans.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { asText } from '#local/wire/shape.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import type { TokenVerifier } from '#local/sign-in/token-verifier.ts';
import { accountId } from '#local/template/stack-context.ts';

/** An API key with its value, for methods that require a key. */
export type ApiKey = ApiKeyDefinition & { readonly value: string };

/**
 * What decides whether a request is admitted: credentials, API keys, usage plans and authorizers.
 */
export interface AdmissionSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly apiKeys: readonly ApiKey[];
  readonly usagePlans: UsagePlans;
  readonly authorizers: Authorizers;
  readonly userPools: TokenVerifier;
}

export type AdmissionResult =
  | { readonly type: 'admitted'; readonly request: ApiRequest }
  | { readonly type: 'refused'; readonly kind: GatewayError; readonly message?: string };

/**
 * Decides whether a request is admitted. Identifies the caller, then checks the API key and its
 * usage plan, then validates the request. Returns the request with the caller's identity, or the
 * error.
 */
export async function admit(
  settings: AdmissionSettings,
  apiRequest: ApiRequest,
): Promise<AdmissionResult> {
  const withKey = { ...apiRequest, apiKey: presentedKey(settings, apiRequest) };
  const caller = await identify(settings, withKey);
  if (caller.type === 'refused') return caller;
  const request = { ...withKey, authorizer: caller.authorizer, accessKeyId: caller.accessKeyId };
  const { apiKeyRequired } = apiRequest.route.method;
  const result = apiKeyRequired
    ? checkApiKey(settings, request, caller.usageKey)
    : admitRequest(request);
  return result.type === 'refused' ? result : validate(result.request);
}

interface Caller {
  readonly type: 'caller';
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly accessKeyId?: string;
  /** The API key that the authorizer returned. */
  readonly usageKey?: string | undefined;
}

type Refusal = Extract<AdmissionResult, { type: 'refused' }>;

const refuse = (kind: GatewayError, message?: string): Refusal =>
  message === undefined ? { type: 'refused', kind } : { type: 'refused', kind, message };

const admitRequest = (request: ApiRequest): AdmissionResult => ({ type: 'admitted', request });

async function identify(
  settings: AdmissionSettings,
  apiRequest: ApiRequest,
): Promise<Caller | Refusal> {
  const { authorization } = apiRequest.route.method;
  switch (authorization.type) {
    case 'none':
      return { type: 'caller' };
    case 'iam':
      return identifySigner(settings, apiRequest);
    case 'user-pool': {
      const token =
        apiRequest.request.headers[authorization.header.toLowerCase()]?.toString() ?? '';
      const { poolArns, scopes } = authorization;
      const bareToken = token.replace(/^Bearer\s+/iu, '');
      const verdict = await settings.userPools.verify(bareToken, { poolArns, scopes });
      if (verdict.type !== 'valid') return refuse('noToken', verdict.message);
      return { type: 'caller', authorizer: { claims: claimTexts(verdict.claims) } };
    }
    case 'function': {
      const { authorizer } = authorization;
      return toCaller(
        await settings.authorizers.authorize(authorizer, toAuthorizerRequest(settings, apiRequest)),
      );
    }
  }
}

/** Functions receive all claims as strings. */
function claimTexts(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(claims);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, asText(value) ?? JSON.stringify(value)]),
  );
}

function toCaller(result: AuthorizerResult): Caller | Refusal {
  switch (result.type) {
    case 'allowed':
      return { type: 'caller', authorizer: result.context, usageKey: result.usageKey };
    case 'no-token':
      return refuse('noToken');
    case 'denied':
      return refuse('denied');
    case 'not-allowed':
      return refuse('accessDenied');
    case 'failure':
      return refuse('authorizerFailure');
  }
}

function identifySigner(
  { credentials, region }: AdmissionSettings,
  { request, body }: ApiRequest,
): Caller | Refusal {
  const { method = 'GET', url = '/', headers } = request;
  const signed = { method, url, headers, body };
  const scope = { region, service: 'execute-api' };
  const verdict = verifySigV4(signed, [credentials], Date.now(), scope);
  if (verdict.type === 'valid') {
    return { type: 'caller', accessKeyId: verdict.accessKeyId };
  }
  if (verdict.code === 'InvalidSignatureException') {
    return refuse('badSignature', verdict.message);
  }
  const isUnsigned = verdict.code === 'MissingAuthenticationTokenException';
  return isUnsigned
    ? refuse('unknownRoute')
    : refuse('badSignature', 'The security token included in the request is invalid.');
}

function toAuthorizerRequest(
  { region }: AdmissionSettings,
  apiRequest: ApiRequest,
): AuthorizerRequest {
  const { request, api, stage, path } = apiRequest;
  return {
    methodArn: methodArnOf(region, api, `${stage.name}/${request.method}${path}`),
    headers: request.headers,
    query: new URL(request.url ?? '/', 'http://local').searchParams,
    stageVariables: stage.variables,
    context: requestContext(apiRequest),
    event: () => toAuthorizerEvent(toRestEvent(apiRequest)),
  };
}

function methodArnOf(region: string, { id }: ApiDefinition, rest: string): string {
  return `arn:aws:execute-api:${region}:${accountId}:${id}/${rest}`;
}

/** Returns the API key in the header of a request to a method that requires one. */
function presentedKey(
  { apiKeys }: AdmissionSettings,
  apiRequest: ApiRequest,
): ApiRequest['apiKey'] {
  const { api, route, request } = apiRequest;
  const value = request.headers['x-api-key']?.toString();
  const isHeader = route.method.apiKeyRequired && api.apiKeySource === 'HEADER';
  if (!isHeader || value === undefined) return undefined;
  return { value, id: apiKeys.find((each) => each.isEnabled && each.value === value)?.id };
}

function checkApiKey(
  { apiKeys, usagePlans }: AdmissionSettings,
  apiRequest: ApiRequest,
  usageKey: string | undefined,
): AdmissionResult {
  const { api, stage, route } = apiRequest;
  const keyValue =
    api.apiKeySource === 'AUTHORIZER'
      ? usageKey
      : apiRequest.request.headers['x-api-key']?.toString();
  const apiKey = apiKeys.find(({ value, isEnabled }) => isEnabled && value === keyValue);
  if (apiKey === undefined) return refuse('badKey');
  const { resourcePath, httpMethod } = route.method;
  const call = { apiId: api.id, stageName: stage.name, resourcePath, httpMethod };
  const verdict = usagePlans.useKey(apiKey.id, call);
  switch (verdict) {
    case 'allowed':
      return admitRequest({ ...apiRequest, apiKey: { id: apiKey.id, value: apiKey.value } });
    case 'forbidden':
      return refuse('badKey');
    case 'throttled':
      return refuse('throttled');
    case 'limit-exceeded':
      return refuse('limitExceeded');
  }
}

function validate(apiRequest: ApiRequest): AdmissionResult {
  const { request, route, body } = apiRequest;
  const problem = validateRequest(route.method, {
    body,
    headers: request.headers,
    query: new URL(request.url ?? '/', 'http://local').searchParams,
    pathParameters: route.pathParameters,
    contentType: (request.headers['content-type'] ?? 'application/json').split(';')[0] ?? '',
  });
  if (problem === undefined) return admitRequest(apiRequest);
  if (problem.type === 'body') return refuse('badBody');
  return refuse(
    'badParameters',
    `Missing required request parameters: [${problem.missing.join(', ')}]`,
  );
}
