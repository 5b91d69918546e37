import { toFunctionResponse } from '#local/rest-api/integration/custom-integration.ts';
import { callHttp } from '#local/rest-api/integration/custom-http.ts';
import { configurationError, MappingError } from '#local/rest-api/integration/mapping-error.ts';
import { mockResponse } from '#local/rest-api/integration/mock-integration.ts';
import {
  parseBody,
  renderTemplate,
  templateInput,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';
import {
  mappedValues,
  type MappingSources,
} from '#local/rest-api/integration/parameter-mapping.ts';
import { checkPassthrough } from '#local/rest-api/integration/request-mapping.ts';
import {
  selectResponse,
  type EndpointResponse,
} from '#local/rest-api/integration/response-mapping.ts';
import {
  callService,
  expandTarget,
  expandUri,
  type HostedServices,
  type ServiceCall,
} from '#local/rest-api/integration/service-call.ts';
import { record, type Json } from '#local/template/json.ts';
import type {
  CustomIntegration,
  TemplateChoice,
} from '#local/websocket-api/integration/custom-definition.ts';
import { evaluateSelection } from '#local/websocket-api/select-route.ts';
import { asText } from '#local/wire/shape.ts';

/** What a custom integration answered. */
export interface CustomAnswer {
  readonly status: number;
  readonly body: string;
}

interface CustomSettings {
  readonly services: HostedServices;
  /** The variables of the stage. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Maps an event, calls the endpoint, and maps its response. Throws a `MappingError`. */
export async function answerCustom(
  { services, variables }: CustomSettings,
  integration: CustomIntegration,
  event: Json,
): Promise<CustomAnswer> {
  const mapped = mapEvent(integration, event, variables);
  const signal = AbortSignal.timeout(integration.timeoutMs);
  try {
    const endpoint = await callEndpoint(services, integration, {
      ...mapped,
      signal,
      method: integration.httpMethod,
      variables,
    });
    return mapAnswer(integration, endpoint, templateVariables(event, variables));
  } catch (error) {
    if (!signal.aborted || error instanceof MappingError) throw error;
    throw new MappingError('timeout', `No response after ${integration.timeoutMs} ms`);
  }
}

interface MappedEvent extends Omit<ServiceCall, 'signal' | 'method'> {
  readonly path: ReadonlyMap<string, string>;
}

function mapEvent(
  integration: CustomIntegration,
  event: Json,
  variables: CustomSettings['variables'],
): MappedEvent {
  const headers = new Map([['content-type', 'application/json']]);
  const query = new URLSearchParams();
  const path = new Map<string, string>();
  const sources = sourcesOf(event, variables);
  for (const [target, expression] of Object.entries(integration.requestParameters)) {
    const [, , place, ...rest] = target.split('.');
    const name = rest.join('.');
    for (const value of mappedValues(expression, sources)) {
      if (place === 'querystring') query.append(name, value);
      else if (place === 'header') headers.set(name.toLowerCase(), value);
      else path.set(name, encodeURIComponent(value));
    }
  }
  const body = bodyOf(event);
  const template = chooseTemplate(integration.request, body);
  if (template === undefined)
    checkPassthrough(integration.passthrough, integration.request.templates);
  const text =
    template === undefined
      ? body
      : render('request', template, templateVariables(event, variables));
  return { headers, query, path, body: Buffer.from(text) };
}

function sourcesOf(event: Json, stageVariables: CustomSettings['variables']): MappingSources {
  const places: Readonly<Record<string, unknown>> = {
    header: event['multiValueHeaders'],
    querystring: event['multiValueQueryStringParameters'],
  };
  return {
    values(place, name) {
      const found = Object.entries(record(places[place])).find(
        ([each]) => each === name || (place === 'header' && isSameHeader(each, name)),
      );
      return [found?.[1] ?? []].flat().map(String);
    },
    json: () => parseLeniently(bodyOf(event)),
    context: record(event['requestContext']),
    stageVariables,
  };
}

/** A message that is no JSON has no members. */
function parseLeniently(message: string): unknown {
  try {
    return parseBody(message);
  } catch {
    return undefined;
  }
}

function isSameHeader(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function bodyOf(event: Json): string {
  return asText(event['body']) ?? '';
}

/** Returns the template that an expression names, or the one called `$default`. */
function chooseTemplate(
  { selection, templates }: TemplateChoice,
  body: string,
): string | undefined {
  const all = new Map(Object.entries(templates));
  return all.get(evaluateSelection(selection, body)) ?? all.get('$default');
}

function render(what: string, template: string, variables: TemplateVariables): string {
  try {
    return renderTemplate(template, variables);
  } catch (error) {
    throw configurationError(`Unable to transform ${what}: ${String(error)}`);
  }
}

function templateVariables(
  event: Json,
  stageVariables: CustomSettings['variables'],
): TemplateVariables {
  const parameters = {
    path: {},
    querystring: Object.fromEntries(
      Object.entries(record(event['queryStringParameters'])).map(
        ([name, value]) => [name, String(value)] as const,
      ),
    ),
    header: record(event['headers']),
  };
  const context = record(event['requestContext']);
  return { context, stageVariables, input: templateInput(bodyOf(event), parameters) };
}

async function callEndpoint(
  services: HostedServices,
  { endpoint }: CustomIntegration,
  { path, variables, ...call }: MappedEvent & ServiceCall & Pick<CustomSettings, 'variables'>,
): Promise<EndpointResponse & { readonly status: number }> {
  if (endpoint.type === 'mock') {
    const response = mockResponse(call.body);
    return { ...response, status: Number(response.selector) };
  }
  if (endpoint.type === 'http') {
    const response = await callHttp(expandUri(endpoint.uri, path, variables), call);
    return { ...response, status: Number(response.selector) };
  }
  const target = expandTarget(endpoint.target, path, variables);
  const response = await callService(services, target, call);
  const { status, headers, bytes } = response;
  const answer =
    target.service === 'lambda'
      ? toFunctionResponse(response)
      : { headers, bytes, selector: String(status) };
  return { ...answer, status };
}

function mapAnswer(
  { responses }: CustomIntegration,
  { status, bytes, selector }: EndpointResponse & { readonly status: number },
  variables: TemplateVariables,
): CustomAnswer {
  const body = bytes.toString('utf8');
  if (responses.length === 0) return { status, body };
  const { response } = selectResponse(responses, selector);
  const template = chooseTemplate(response, body);
  if (template === undefined || template === '') return { status, body };
  const input = templateInput(body, { path: {}, querystring: {}, header: {} });
  return { status, body: render('response', template, { ...variables, input }) };
}
