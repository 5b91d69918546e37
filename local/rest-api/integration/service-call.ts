import type { ServiceCaller, ServiceResponse } from '#local/gateway/service-caller.ts';
import { MappingError } from '#local/rest-api/integration/mapping-error.ts';
import type { ServiceTarget } from '#local/rest-api/definition/service-uri.ts';

/** The services that integrations call. */
export interface HostedServices {
  readonly caller: ServiceCaller;
  /** Returns whether a service is hosted here, or has an endpoint of its own. */
  hosts(service: string): boolean;
}

/** A call of a service, apart from what is called. */
export interface ServiceCall {
  readonly method: string;
  /** By name in lower case. They replace those that API Gateway sends itself. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** What begins the target of an action, and the version of AWS JSON. */
const targets: Readonly<Record<string, readonly [prefix: string, version: string]>> = {
  dynamodb: ['DynamoDB_20120810', '1.0'],
  kinesis: ['Kinesis_20131202', '1.1'],
  states: ['AWSStepFunctions', '1.0'],
};

/**
 * Calls an action of a service, or a path of its API. API Gateway names the action to some services
 * in a header, and to all others in the query string. A function receives an empty event as `{}`.
 * Throws a `MappingError` if the service is not hosted here.
 */
export async function callService(
  { caller, hosts }: HostedServices,
  { service, call }: ServiceTarget,
  { method, headers, query, body, signal }: ServiceCall,
): Promise<ServiceResponse> {
  if (!hosts(service)) throw new MappingError('unhosted', unhosted(service), unhosted(service));
  const target = call.type === 'action' ? targets[service] : undefined;
  const own: Readonly<Record<string, string>> =
    call.type === 'action' && target !== undefined
      ? {
          'x-amz-target': `${target[0]}.${call.action}`,
          'content-type': `application/x-amz-json-${target[1]}`,
        }
      : {};
  const [path = '/', search = ''] =
    call.type === 'action' ? ['/', call.query] : call.path.split('?');
  const all = new URLSearchParams([...new URLSearchParams(search), ...query]);
  if (call.type === 'action' && target === undefined) all.set('Action', call.action);
  const place = service === 's3' && call.type === 'action' ? takeObjectPath(all) : path;
  const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD';
  return caller.send(service, {
    method,
    path: `${normalize(service, place)}${all.size === 0 ? '' : `?${all.toString()}`}`,
    headers: { accept: 'application/json', ...ownHeaders(headers), ...own },
    body: hasBody ? Buffer.from(body) : emptyBodies[service],
    signal,
  });
}

const emptyBodies: Readonly<Record<string, string>> = { lambda: '{}' };

/** Says that a service is not hosted here. */
export function unhosted(service: string): string {
  return `The service ${service} is not hosted here.`;
}

/** Headers that belong to a connection or to the signature. */
const replaced: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amz-date',
  'x-amz-security-token',
]);

/** Returns the headers that an integration may send. */
export function ownHeaders(headers: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => !replaced.has(name)));
}

/** The parameters of an action of S3 are the path of an object. Removes them from the query. */
function takeObjectPath(query: URLSearchParams): string {
  const names = ['Bucket', 'Key'];
  const parts = names.flatMap((name) => query.get(name) ?? []);
  for (const name of ['Action', ...names]) query.delete(name);
  return `/${parts.map((part) => encodeURIComponent(part).replaceAll('%2F', '/')).join('/')}`;
}

/**
 * Encodes a path once, and empties segments that would lead out of it. In the keys of objects, an
 * encoded slash is a slash.
 */
function normalize(service: string, path: string): string {
  const plain = service === 's3' ? path.replaceAll(/%2f/giu, '/') : path;
  return plain
    .split('/')
    .map((segment) => {
      const decoded = decodeURIComponent(segment);
      return /^\.{1,2}$/u.test(decoded) ? '' : encodeURIComponent(decoded);
    })
    .join('/');
}

/** Returns a target with its `{parameters}` and stage variables replaced. */
export function expandTarget(
  { service, call }: ServiceTarget,
  path: ReadonlyMap<string, string>,
  stageVariables: Readonly<Record<string, string>>,
): ServiceTarget {
  return call.type === 'path'
    ? { service, call: { ...call, path: expandUri(call.path, path, stageVariables) } }
    : { service, call: { ...call, query: expandUri(call.query, path, stageVariables) } };
}

/** Replaces the `{parameters}` and stage variables of a URI. */
export function expandUri(
  uri: string,
  path: ReadonlyMap<string, string>,
  stageVariables: Readonly<Record<string, string>>,
): string {
  return uri
    .replaceAll(/\$\{stageVariables\.(\w+)\}/gu, (_, name: string) => stageVariables[name] ?? '')
    .replaceAll(/\{([\w.-]+)\+?\}/gu, (_, name: string) => removeDotSegments(path.get(name) ?? ''));
}

/** Empties `.` and `..` segments, encoded or not, so that a parameter cannot leave its path. */
export function removeDotSegments(raw: string): string {
  return raw
    .split('/')
    .map((segment) => (/^(?:\.|%2e){1,2}$/iu.test(segment) ? '' : segment))
    .join('/');
}
