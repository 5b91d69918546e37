import type { IncomingMessage } from 'node:http';
import { logTime } from '#local/function-url/event.ts';
import type { Route } from '#local/rest-api/router.ts';
import { accountId } from '#local/stack-scope.ts';
import type { ApiDefinition, ApiKeyDefinition } from '#local/stack.ts';

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly api: ApiDefinition;
  readonly route: Route;
  /** The path without the stage. */
  readonly path: string;
  /** Present on methods that require a key. */
  readonly apiKey: (ApiKeyDefinition & { readonly value: string }) | undefined;
  readonly now: Date;
}

/** The event a REST API gives a function: Lambda proxy integration, payload format 1.0. */
export function toRestEvent(api: ApiRequest): Record<string, unknown> {
  const { request, body, route, path } = api;
  const { binaryMediaTypes } = api.api;
  const { pathParameters, method } = route;
  const contentType = request.headers['content-type'] ?? 'application/json';
  const isBase64Encoded = body.length > 0 && isBinary(contentType, binaryMediaTypes);
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  const names = [...new Set(query.keys())];
  return {
    resource: method.resourcePath,
    path,
    httpMethod: request.method,
    ...headersOf(request),
    queryStringParameters: orNull(names.map((name) => [name, query.getAll(name).at(-1)])),
    multiValueQueryStringParameters: orNull(names.map((name) => [name, query.getAll(name)])),
    pathParameters: orNull(Object.entries(pathParameters)),
    stageVariables: null,
    requestContext: requestContext(api),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function requestContext({ request, requestId, api, route, path, apiKey, now }: ApiRequest): object {
  return {
    accountId,
    apiId: api.id,
    domainName: request.headers.host,
    domainPrefix: api.id,
    extendedRequestId: requestId,
    httpMethod: request.method,
    identity: {
      accessKey: null,
      accountId: null,
      ...(apiKey === undefined ? {} : { apiKey: apiKey.value, apiKeyId: apiKey.id }),
      caller: null,
      sourceIp: '127.0.0.1',
      user: null,
      userAgent: request.headers['user-agent'] ?? null,
      userArn: null,
    },
    path: `/${api.stageName}${path}`,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: logTime(now),
    requestTimeEpoch: now.getTime(),
    resourceId: route.method.resourcePath,
    resourcePath: route.method.resourcePath,
    stage: api.stageName,
  };
}

/** Only the media types that an API names are binary to it, `*` standing for any part. */
function isBinary(contentType: string, binaryMediaTypes: readonly string[]): boolean {
  const [type = '', subtype = ''] = (contentType.split(';')[0] ?? '').trim().split('/');
  return binaryMediaTypes.some((media) => {
    const [wantedType, wantedSubtype] = media.split('/');
    const isType = wantedType === '*' || wantedType === type;
    return isType && (wantedSubtype === '*' || wantedSubtype === subtype);
  });
}

/** Header names keep the spelling of the client. */
function headersOf(request: IncomingMessage): Record<string, unknown> {
  const all = new Map<string, string[]>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    all.set(name, [...(all.get(name) ?? []), value]);
  }
  all.set('X-Forwarded-For', ['127.0.0.1']).set('X-Forwarded-Proto', ['http']);
  return {
    headers: Object.fromEntries([...all].map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(all),
  };
}

function orNull(entries: readonly (readonly [string, unknown])[]): object | null {
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
