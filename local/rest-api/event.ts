import type { IncomingMessage } from 'node:http';
import { gatewayHeaders, logTime } from '#local/function-url/event.ts';
import type {
  ApiDefinition,
  MethodDefinition,
  StageDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import type { RouteMatch } from '#local/rest-api/router.ts';
import type { Json } from '#local/template/json.ts';
import { isBinary } from '#local/rest-api/integration/media-types.ts';
import { shortId } from '#local/template/identities/naming.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly api: ApiDefinition;
  readonly stage: StageDefinition;
  readonly route: RouteMatch<MethodDefinition>;
  /** The path without the stage. */
  readonly path: string;
  readonly now: Date;
  /** The API key of the request, if the method requires one. An unknown key has no id. */
  readonly apiKey?: { readonly id: string | undefined; readonly value: string } | undefined;
  /** The authorizer's facts about the caller. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
  /** Present if the caller signed the request. */
  readonly accessKeyId?: string | undefined;
}

/** The data of an event of payload format 1.0, which HTTP APIs use too. */
export interface ProxyRequest extends Omit<ApiRequest, 'api' | 'stage' | 'route'> {
  readonly api: Pick<ApiDefinition, 'id' | 'binaryMediaTypes'>;
  readonly stage: Pick<StageDefinition, 'name' | 'variables'>;
  readonly resourcePath: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The members of the context in which REST and HTTP APIs differ. */
  readonly own: {
    readonly path: string;
    readonly resourceId: string | null;
    readonly deploymentId?: string;
  };
}

/** Returns the event of a Lambda proxy integration of a REST API, in payload format 1.0. */
export function toRestEvent(apiRequest: ApiRequest): Record<string, unknown> {
  return toProxyEvent(toProxyRequest(apiRequest));
}

/** Returns the context of a request, which is `$context` in mapping templates. */
export function requestContext(apiRequest: ApiRequest): Record<string, unknown> {
  return contextOf(toProxyRequest(apiRequest));
}

function toProxyRequest(apiRequest: ApiRequest): ProxyRequest {
  const { api, stage, path } = apiRequest;
  const { method, pathParameters } = apiRequest.route;
  const { resourcePath } = method;
  const own = {
    path: `/${stage.name}${path}`,
    resourceId: shortId(`${api.id}${resourcePath}`, 6),
    deploymentId: shortId(`${api.id}/${stage.name}`, 6),
  };
  return { ...apiRequest, pathParameters, resourcePath, own };
}

/**
 * Returns an event of payload format 1.0 as an authorizer receives it: without the body, and with
 * empty objects where an integration receives null.
 */
export function toAuthorizerEvent(event: Readonly<Record<string, unknown>>): Json {
  const { body: _, isBase64Encoded: __, ...rest } = event;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value ?? {}]));
}

/** Returns an event of payload format 1.0. */
export function toProxyEvent(proxyRequest: ProxyRequest): Record<string, unknown> {
  const { request, body, path, stage, resourcePath, pathParameters } = proxyRequest;
  const contentType = request.headers['content-type'] ?? 'application/json';
  const isBase64Encoded =
    body.length > 0 && isBinary(contentType, proxyRequest.api.binaryMediaTypes);
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  const names = [...new Set(query.keys())];
  return {
    resource: resourcePath,
    path,
    httpMethod: request.method,
    ...headersOf(proxyRequest),
    queryStringParameters: orNull(names.map((name) => [name, query.getAll(name).at(-1)])),
    multiValueQueryStringParameters: orNull(names.map((name) => [name, query.getAll(name)])),
    pathParameters: orNull(Object.entries(pathParameters)),
    stageVariables: orNull(Object.entries(stage.variables)),
    requestContext: contextOf(proxyRequest),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function contextOf(proxyRequest: ProxyRequest): Record<string, unknown> {
  const { request, requestId, api, stage, resourcePath, own, now, authorizer } = proxyRequest;
  return {
    accountId,
    apiId: api.id,
    ...(authorizer === undefined ? {} : { authorizer }),
    domainName: request.headers.host,
    domainPrefix: api.id,
    extendedRequestId: requestId,
    httpMethod: request.method,
    identity: identityOf(proxyRequest),
    ...own,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: logTime(now),
    requestTimeEpoch: now.getTime(),
    resourcePath,
    stage: stage.name,
  };
}

function identityOf({ request, apiKey, accessKeyId }: ProxyRequest): object {
  const isSigned = accessKeyId !== undefined;
  return {
    accessKey: accessKeyId ?? null,
    accountId: isSigned ? accountId : null,
    ...(apiKey === undefined ? {} : { apiKey: apiKey.value }),
    ...(apiKey?.id === undefined ? {} : { apiKeyId: apiKey.id }),
    caller: accessKeyId ?? null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: '127.0.0.1',
    user: accessKeyId ?? null,
    userAgent: request.headers['user-agent'] ?? null,
    userArn: isSigned ? `arn:aws:iam::${accountId}:user/local` : null,
  };
}

/** Header names keep the spelling of the client. */
function headersOf({ request, requestId, now }: ProxyRequest): Record<string, unknown> {
  const all = new Map<string, string[]>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    const isReplaced = Object.hasOwn(gatewayNames, name.toLowerCase());
    if (!isReplaced) all.set(name, [...(all.get(name) ?? []), value]);
  }
  const added = gatewayHeaders(request, requestId, now);
  for (const [name, spelling] of Object.entries(gatewayNames)) {
    all.set(spelling, [added[name] ?? '']);
  }
  return {
    headers: Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(all),
  };
}

/** The headers that a REST API adds, as it spells them. */
const gatewayNames: Readonly<Record<string, string>> = {
  'x-amzn-trace-id': 'X-Amzn-Trace-Id',
  'x-forwarded-for': 'X-Forwarded-For',
  'x-forwarded-port': 'X-Forwarded-Port',
  'x-forwarded-proto': 'X-Forwarded-Proto',
};

function orNull(entries: readonly (readonly [string, unknown])[]): object | null {
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
