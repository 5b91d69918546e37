import { isHeader } from '#local/rest-api/is-header.ts';
import { runWithin } from '#local/process/run-within.ts';
import type { Mapping, ResponseMapping } from '#local/rest-api/definition/api-definition.ts';
import type { ApiRequest } from '#local/rest-api/event.ts';
import { configurationError } from '#local/rest-api/integration/mapping-error.ts';
import { parseBody, renderTemplate } from '#local/rest-api/integration/mapping-template.ts';
import {
  convertPayload,
  isBinary,
  mediaTypeOf,
  type Payload,
} from '#local/rest-api/integration/media-types.ts';
import { mappedValues } from '#local/rest-api/integration/parameter-mapping.ts';
import { templateVariables } from '#local/rest-api/integration/request-mapping.ts';

/** What an endpoint returned. */
export interface EndpointResponse {
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** What the patterns of the responses match: the status, or the error of a function. */
  readonly selector: string;
}

/** A response for the client. */
export interface MappedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Maps the response of an endpoint as the integration says. Throws a `MappingError`. */
export function mapResponse(
  { responses }: Mapping,
  request: ApiRequest,
  endpoint: EndpointResponse,
): MappedResponse {
  const mapping = selectResponse(responses, endpoint.selector);
  if (!mapping.isDeclared) {
    throw configurationError(
      `Output mapping refers to an invalid method response: ${mapping.status}`,
    );
  }
  const payload = convert(mapping, request, endpoint);
  const [type, template] = chooseTemplate(mapping, request);
  const override: Override = { header: {} };
  const isMapped = template !== '' && payload.isText;
  const body = isMapped ? render(template, request, { payload, override }) : payload.bytes;
  const headers = {
    'content-type': type,
    ...mapHeaders(mapping, request, endpoint),
    ...textsOf(override.header),
  };
  const { status } = override;
  const isStatus = Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599;
  return {
    status: isStatus ? Number(status) : mapping.status,
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name, value]) => isHeader(name, value)),
    ),
    body,
  };
}

/** What a template may set as `$context.responseOverride`, in place of what is mapped. */
interface Override {
  readonly header: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
}

/**
 * Returns the response whose pattern matches the whole of a status or error, or else the default one.
 * Throws a `MappingError` if there is none.
 */
export function selectResponse<Response extends { readonly pattern: string | undefined }>(
  responses: readonly Response[],
  selector: string,
): Response {
  const match =
    runWithin('The selection pattern', () =>
      responses.find(
        ({ pattern }) => pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(selector),
      ),
    ) ?? responses.find(({ pattern }) => pattern === undefined);
  if (match !== undefined) return match;
  throw configurationError(
    `No match for output mapping and no default endpoint mapping configured. Endpoint Response Status Code: ${selector}`,
  );
}

function convert(
  { contentHandling }: ResponseMapping,
  { api, request }: ApiRequest,
  { bytes, headers }: EndpointResponse,
): Payload {
  const { binaryMediaTypes } = api;
  const isText = !isBinary(headers.get('content-type') ?? '', binaryMediaTypes);
  // Only the first media type that a client accepts counts.
  const accepted = request.headers.accept?.split(',')[0] ?? '';
  const wants = isBinary(accepted, binaryMediaTypes) ? 'binary' : 'text';
  return convertPayload({ bytes, isText }, contentHandling, wants);
}

/** Returns the template for the type that the client accepts, or else for JSON, or the first one. */
function chooseTemplate(
  { templates }: ResponseMapping,
  { request }: ApiRequest,
): readonly [type: string, template: string] {
  const accepted = mediaTypeOf(request.headers.accept ?? '');
  const all = new Map(Object.entries(templates));
  const type = [accepted, 'application/json', ...all.keys()].find((each) => all.has(each));
  return type === undefined ? ['application/json', ''] : [type, all.get(type) ?? ''];
}

function render(
  template: string,
  request: ApiRequest,
  { payload, override }: { readonly payload: Payload; readonly override: Override },
): Buffer {
  const variables = templateVariables(request, payload);
  const context = { ...variables.context, responseOverride: override };
  try {
    return Buffer.from(renderTemplate(template, { ...variables, context }));
  } catch (error) {
    throw configurationError(`Unable to transform response: ${String(error)}`);
  }
}

function mapHeaders(
  { parameters }: ResponseMapping,
  request: ApiRequest,
  { headers, bytes }: EndpointResponse,
): Readonly<Record<string, string>> {
  const { context = {}, stageVariables = {} } = templateVariables(request, noBody);
  const sources = {
    context,
    stageVariables,
    values: (_: string, name: string) => [headers.get(name) ?? []].flat(),
    json: () => parseLeniently(bytes.toString('utf8')),
  };
  const entries = Object.entries(parameters).flatMap(([target, expression]) => {
    const values = mappedValues(expression, sources);
    const name = target.replace('method.response.header.', '').toLowerCase();
    return values.length === 0 ? [] : [[name, values.join(',')] as const];
  });
  return Object.fromEntries(entries);
}

const noBody: Payload = { bytes: Buffer.alloc(0), isText: true };

function parseLeniently(body: string): unknown {
  try {
    return parseBody(body);
  } catch {
    return undefined;
  }
}

function textsOf(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
