import type { IncomingMessage } from 'node:http';
import { logTime } from '#local/function-url/event.ts';
import type {
  ApiDefinition,
  MethodDefinition,
  StageDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import type { RouteOf } from '#local/rest-api/router.ts';
import { shortId } from '#local/template/identity.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly api: ApiDefinition;
  readonly stage: StageDefinition;
  readonly route: RouteOf<MethodDefinition>;
  /** The path without the stage. */
  readonly path: string;
  readonly now: Date;
  /** Present on methods that require a key. */
  readonly apiKey?: { readonly id: string; readonly value: string } | undefined;
  /** What the authorizer says of the caller. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
  /** Present where the caller signed the request. */
  readonly accessKeyId?: string | undefined;
}

/** What an event of payload format 1.0 tells; HTTP APIs give it, too. */
export interface ProxyRequest extends Omit<ApiRequest, 'api' | 'stage' | 'route'> {
  readonly api: Pick<ApiDefinition, 'id' | 'binaryMediaTypes'>;
  readonly stage: Pick<StageDefinition, 'name' | 'variables'>;
  readonly resourcePath: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The event a REST API gives a function: Lambda proxy integration, payload format 1.0. */
export function toRestEvent(asked: ApiRequest): Record<string, unknown> {
  return toProxyEvent(toProxyRequest(asked));
}

/** The context of a request, which mapping templates know as `$context`. */
export function requestContext(asked: ApiRequest): Record<string, unknown> {
  return contextOf(toProxyRequest(asked));
}

function toProxyRequest(asked: ApiRequest): ProxyRequest {
  const { method, pathParameters } = asked.route;
  return { ...asked, pathParameters, resourcePath: method.resourcePath };
}

export function toProxyEvent(asked: ProxyRequest): Record<string, unknown> {
  const { request, body, path, stage, resourcePath, pathParameters } = asked;
  const contentType = request.headers['content-type'] ?? 'application/json';
  const isBase64Encoded = body.length > 0 && isBinary(contentType, asked.api.binaryMediaTypes);
  const query = new URL(request.url ?? '/', 'http://local').searchParams;
  const names = [...new Set(query.keys())];
  return {
    resource: resourcePath,
    path,
    httpMethod: request.method,
    ...headersOf(request),
    queryStringParameters: orNull(names.map((name) => [name, query.getAll(name).at(-1)])),
    multiValueQueryStringParameters: orNull(names.map((name) => [name, query.getAll(name)])),
    pathParameters: orNull(Object.entries(pathParameters)),
    stageVariables: orNull(Object.entries(stage.variables)),
    requestContext: contextOf(asked),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function contextOf(asked: ProxyRequest): Record<string, unknown> {
  const { request, requestId, api, stage, resourcePath, path, now, authorizer } = asked;
  return {
    accountId,
    apiId: api.id,
    ...(authorizer === undefined ? {} : { authorizer }),
    domainName: request.headers.host,
    domainPrefix: api.id,
    extendedRequestId: requestId,
    httpMethod: request.method,
    identity: identityOf(asked),
    path: `/${stage.name}${path}`,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: logTime(now),
    requestTimeEpoch: now.getTime(),
    resourceId: shortId(`${api.id}${resourcePath}`, 6),
    resourcePath,
    stage: stage.name,
  };
}

function identityOf({ request, apiKey, accessKeyId }: ProxyRequest): object {
  const isSigned = accessKeyId !== undefined;
  return {
    accessKey: accessKeyId ?? null,
    accountId: isSigned ? accountId : null,
    ...(apiKey === undefined ? {} : { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    caller: accessKeyId ?? null,
    sourceIp: '127.0.0.1',
    user: accessKeyId ?? null,
    userAgent: request.headers['user-agent'] ?? null,
    userArn: isSigned ? `arn:aws:iam::${accountId}:user/local` : null,
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
