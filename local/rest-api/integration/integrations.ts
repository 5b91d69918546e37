import type { ServerResponse } from 'node:http';
import type { Functions } from '#local/lambda/functions.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';
import {
  collectBody,
  openStreamedResponse,
  relayBody,
  toResponseHead,
  writeHead,
} from '#local/lambda/invoke/streamed-response.ts';
import type { ApiDefinition, Integration } from '#local/rest-api/definition/api-definition.ts';
import { requestContext, toRestEvent, type ApiRequest } from '#local/rest-api/event.ts';
import { say, type GatewayError } from '#local/rest-api/gateway-responses.ts';
import { forwardHttp } from '#local/rest-api/integration/http-integration.ts';
import { sendMockResponse } from '#local/rest-api/integration/mock-integration.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';

export interface IntegrationServices {
  readonly functions: Functions;
  /** How fast a streamed answer may be. */
  readonly shaping: Shaping;
}

/** Has a request answered by what its method is integrated with. */
export async function integrate(
  integrating: IntegrationServices,
  request: ApiRequest,
  response: ServerResponse,
): Promise<void> {
  const { integration } = request.route.method;
  const saying = { api: request.api, response, context: requestContext(request) };
  const fail = (kind: GatewayError): void => say(saying, kind);
  switch (integration.type) {
    case 'unhosted':
      return say(saying, 'unhosted', `${integration.what} is not hosted here`);
    case 'mock': {
      const asked = { contentType: contentTypeOf(request), variables: variablesOf(request) };
      if (!sendMockResponse(integration, asked, response)) fail('noFunction');
      return undefined;
    }
    case 'http': {
      const { rawParameters } = request.route;
      const forwarded = { request: request.request, body: request.body, rawParameters };
      return forwardHttp(integration, forwarded, { response, fail, shaping: integrating.shaping });
    }
    case 'lambda':
      return invoke({ ...integrating, integration, fail }, request, response);
  }
}

function contentTypeOf({ request }: ApiRequest): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0] ?? '';
}

function variablesOf(request: ApiRequest): Parameters<typeof sendMockResponse>[1]['variables'] {
  const body = request.body.toString('utf8');
  const query = Object.fromEntries(
    new URL(request.request.url ?? '/', 'http://local').searchParams,
  );
  const { headers } = request.request;
  const { pathParameters } = request.route;
  const all: Readonly<Record<string, unknown>> = { ...headers, ...query, ...pathParameters };
  const at = (path: string): unknown => {
    const json: unknown = body === '' ? {} : JSON.parse(body);
    const parts = path.split('.').slice(1);
    return parts.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), json);
  };
  return {
    context: requestContext(request),
    stageVariables: request.stage.variables,
    input: {
      body,
      params: (name) =>
        name === undefined
          ? { path: pathParameters, querystring: query, header: headers }
          : all[name],
      json: (path) => JSON.stringify(at(path)),
      path: at,
    },
  };
}

interface Invoking extends IntegrationServices {
  readonly integration: Integration & { readonly type: 'lambda' };
  fail(kind: GatewayError): void;
}

async function invoke(
  { functions, integration, fail, shaping }: Invoking,
  request: ApiRequest,
  response: ServerResponse,
): Promise<void> {
  const { variables } = request.stage;
  const name = integration.functionName.replaceAll(
    /\$\{stageVariables\.(\w+)\}/gu,
    (_, variable: string) => variables[variable] ?? '',
  );
  const host = functions.find(name);
  const timer = setTimeout(() => {
    // The time is up: an answer that has not begun becomes 504, one under way breaks off.
    if (response.headersSent) response.destroy();
    else fail('timeout');
  }, integration.timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const payload = Buffer.from(JSON.stringify(toRestEvent(request)));
  const given = await host?.invoke({ requestId: request.requestId, payload });
  if (given === undefined || given === 'throttled') return fail('noFunction');
  if (integration.streams) await stream(given, { request, response, fail, shaping });
  else await buffer(given, { request, response, fail, shaping });
}

interface Answering {
  readonly request: ApiRequest;
  readonly response: ServerResponse;
  readonly shaping: Shaping;
  fail(kind: GatewayError): void;
}

/** A streaming integration wants a head before the body, which an ordinary result has not. */
async function stream(
  given: InvocationResult,
  { request, response, fail, shaping }: Answering,
): Promise<void> {
  if (given.type !== 'streaming') return fail('badReply');
  const opened = await openStreamedResponse(given, 'api-gateway').catch(() => undefined);
  if (opened === undefined) return fail('badReply');
  if (!response.headersSent) writeHead(response, opened.head);
  const idleMs = request.api.isEdgeOptimised ? 30_000 : 300_000;
  return relayBody(shaping(opened.body, 'api-gateway'), response, idleMs);
}

async function buffer(
  given: InvocationResult,
  { request, response, fail }: Answering,
): Promise<void> {
  if (given.type === 'error') return fail('badReply');
  const payload = given.type === 'buffered' ? given.payload : await collectBody(given.body);
  if (payload === undefined || !respond(payload, request.api, response)) fail('badReply');
}

/** False for a result that is not of the form that a proxy integration wants. */
function respond(payload: Buffer, api: ApiDefinition, response: ServerResponse): boolean {
  if (response.headersSent) return true;
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    if (!isRecord(value) || value['statusCode'] === undefined) return false;
    // Anything but a text is a malformed proxy response.
    const { body: given } = value;
    if (given !== undefined && given !== null && typeof given !== 'string') return false;
    const { status, headers } = toResponseHead(value);
    const isBinary = value['isBase64Encoded'] === true && api.binaryMediaTypes.length > 0;
    const body = given ?? '';
    writeHead(response, { status, headers: { 'content-type': ['application/json'], ...headers } });
    response.end(Buffer.from(body, isBinary ? 'base64' : 'utf8'));
    return true;
  } catch {
    return false;
  }
}
