import type { Mapping } from '#local/rest-api/definition/api-definition.ts';
import { requestContext, toRestEvent, type ApiRequest } from '#local/rest-api/event.ts';
import { configurationError, MappingError } from '#local/rest-api/integration/mapping-error.ts';
import {
  BodyError,
  parseBody,
  renderTemplate,
  templateInput,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';
import {
  convertPayload,
  isBinary,
  mediaTypeOf,
  type Payload,
} from '#local/rest-api/integration/media-types.ts';
import {
  mappedValues,
  type MappingSources,
} from '#local/rest-api/integration/parameter-mapping.ts';
import { record } from '#local/template/json.ts';

/** A request as an integration receives it. */
export interface MappedRequest {
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  /** Values for the `{parameters}` of a URI, encoded for a path. */
  readonly path: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** What parameters of a request become. */
export type MappedParameters = Omit<MappedRequest, 'body'>;

/** Maps a request as an integration says. Throws a `MappingError`. */
export function mapRequest(mapping: Mapping, request: ApiRequest): MappedRequest {
  const { headers, query, path } = mapParameters(mapping.requestParameters, request);
  const overrides: Overrides = { header: {}, querystring: {}, path: {} };
  const { body, contentType } = mapBody(mapping, request, overrides);
  const all = new Map([['content-type', contentType], ...headers]);
  for (const [name, value] of Object.entries(overrides.header))
    all.set(name.toLowerCase(), String(value));
  for (const [name, value] of Object.entries(overrides.querystring)) query.set(name, String(value));
  const overriddenPath = Object.entries(overrides.path).map(
    ([name, value]) => [name, encodePath(String(value))] as const,
  );
  return { headers: all, query, path: new Map([...path, ...overriddenPath]), body };
}

/** Maps the parameters of a request. Throws a `MappingError`. */
export function mapParameters(
  parameters: Mapping['requestParameters'],
  request: ApiRequest,
): MappedParameters {
  const headers = new Map<string, string>();
  const query = new URLSearchParams();
  const path = new Map<string, string>();
  const sources = sourcesOf(request);
  for (const [target, expression] of Object.entries(parameters)) {
    const [, , place = '', ...rest] = target.split('.');
    const name = rest.join('.');
    const values = mappedValues(expression, sources);
    if (place === 'querystring') for (const value of values) query.append(name, value);
    else if (values.length === 0) continue;
    else if (place === 'header') headers.set(name.toLowerCase(), values.join(','));
    else path.set(name, rawParameter(expression, request) ?? encodePath(values.join(',')));
  }
  return { headers, query, path };
}

/** What a template may set as `$context.requestOverride`. */
type Overrides = Readonly<Record<'header' | 'querystring' | 'path', Record<string, unknown>>>;

/** A path parameter of the method passes as it was sent. */
function rawParameter(expression: string, { route }: ApiRequest): string | undefined {
  const name = /^method\.request\.path\.(.+)$/u.exec(expression)?.[1];
  return name === undefined ? undefined : route.rawParameters[name];
}

function encodePath(value: string): string {
  return value.split('/').map(encodeURIComponent).join('/');
}

function sourcesOf(request: ApiRequest): MappingSources {
  const event = toRestEvent(request);
  const query = queryOf(request);
  const headers = Object.entries(record(event['multiValueHeaders'])).map(
    ([name, values]) => [name.toLowerCase(), [values].flat().map(String)] as const,
  );
  const byName = new Map(headers);
  return {
    values(place, name) {
      if (place === 'querystring') return query.getAll(name);
      if (place === 'header') return byName.get(name.toLowerCase()) ?? [];
      return [request.route.pathParameters[name] ?? []].flat();
    },
    json: () => readBody(() => parseBody(request.body.toString('utf8'))),
    context: requestContext(request),
    stageVariables: request.stage.variables,
  };
}

function queryOf({ request }: ApiRequest): URLSearchParams {
  return new URL(request.url ?? '/', 'http://local').searchParams;
}

/** Runs what reads the body of a request. Throws the error of a client whose body is not JSON. */
function readBody<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const message = 'Invalid JSON in request body';
    throw new MappingError('badBody', message, message);
  }
}

interface MappedBody {
  readonly body: Buffer;
  readonly contentType: string;
}

function mapBody(mapping: Mapping, request: ApiRequest, overrides: Overrides): MappedBody {
  const sent = request.request.headers['content-type'] ?? 'application/json';
  const contentType = mediaTypeOf(sent);
  const isText = !isBinary(contentType, request.api.binaryMediaTypes);
  const payload = convertPayload({ bytes: request.body, isText }, mapping.contentHandling, 'as-is');
  const { requestTemplates, passthrough } = mapping;
  const template = Object.hasOwn(requestTemplates, contentType)
    ? requestTemplates[contentType]
    : undefined;
  if (template !== undefined && payload.isText) {
    const variables = templateVariables(request, payload);
    const context = { ...variables.context, requestOverride: overrides };
    const body = renderRequest(template, { ...variables, context });
    return { contentType, body: Buffer.from(body) };
  }
  if (template === undefined) checkPassthrough(passthrough, requestTemplates);
  return { contentType: sent, body: payload.bytes };
}

/** Throws a `MappingError` if a request without a template of its own does not pass. */
export function checkPassthrough(
  passthrough: Mapping['passthrough'],
  templates: Mapping['requestTemplates'],
): void {
  const hasTemplates = Object.keys(templates).length > 0;
  if (passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && hasTemplates))
    throw new MappingError('unsupportedMediaType', 'The request has no template');
}

function renderRequest(template: string, variables: TemplateVariables): string {
  return readBody(() => {
    try {
      return renderTemplate(template, variables);
    } catch (error) {
      if (error instanceof BodyError) throw error;
      throw configurationError(`Unable to transform request: ${String(error)}`);
    }
  });
}

/** Returns the variables of templates for a request with this body. */
export function templateVariables(request: ApiRequest, { bytes }: Payload): TemplateVariables {
  const header = record(toRestEvent(request)['headers']);
  const querystring = Object.fromEntries(queryOf(request));
  const parameters = { path: request.route.pathParameters, querystring, header };
  return {
    context: requestContext(request),
    stageVariables: request.stage.variables,
    input: templateInput(bytes.toString('utf8'), parameters),
  };
}
