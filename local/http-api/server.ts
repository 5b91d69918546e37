import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { corsHeaders, isPreflight, preflightHeaders } from '#local/function-url/cors.ts';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import { identifyCaller, type HttpAuthorizationSettings } from '#local/http-api/authorization.ts';
import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import type {
  HttpApiDefinition,
  HttpIntegration,
  HttpRoute,
} from '#local/http-api/http-api-definition.ts';
import { toBufferedResponse } from '#local/lambda/invoke/buffered-response.ts';
import { unshaped } from '#local/lambda/invoke/response-shaping.ts';
import { collectResult } from '#local/lambda/functions.ts';
import { writeHead } from '#local/lambda/invoke/streamed-response.ts';
import { forwardHttp } from '#local/rest-api/integration/http-integration.ts';
import { findRoute, type RouteMatch } from '#local/rest-api/router.ts';

const maxRequestBytes = 10 * 1024 * 1024;

/** An HTTP API and what is behind it. */
export interface HttpApiSettings extends HttpAuthorizationSettings {
  readonly definition: HttpApiDefinition;
}

const words = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
} as const;

type Status = keyof typeof words;

/** Answers the requests to an HTTP API. */
export function httpApiHandler(api: HttpApiSettings): RequestListener {
  return (request, response) => {
    answer(api, request, response).catch((error: unknown) => {
      console.error(`${api.definition.key}  ! ${String(error)}`);
      if (response.headersSent) response.destroy();
      else say(response, 500);
    });
  };
}

async function answer(
  api: HttpApiSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { definition } = api;
  const requestId = randomUUID();
  response.setHeader('apigw-requestid', requestId);
  const { cors } = definition;
  const { origin } = request.headers;
  if (cors !== undefined && isPreflight(request)) {
    response.writeHead(204, preflightHeaders(cors, origin)).end();
    return;
  }
  const url = request.url ?? '/';
  if (!isDecodable(url)) return say(response, 400);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') return say(response, 413);
  const path = url.split('?')[0] ?? '/';
  const stage = stageOf(definition, path);
  const route = stage === undefined ? undefined : chooseRoute(definition, request, stage.path);
  if (stage === undefined || route === undefined) return say(response, 404);
  const { method, pathParameters, rawParameters } = route;
  const asked: HttpRequest = {
    request,
    body,
    requestId,
    pathParameters,
    rawParameters,
    apiId: definition.id,
    stage: stage.name,
    stageVariables: stage.variables,
    routeKey: method.routeKey,
    now: new Date(),
  };
  const caller = await identifyCaller(api, method.authorization, asked);
  if (caller.type === 'refused') {
    if (caller.challenge !== undefined) response.setHeader('www-authenticate', caller.challenge);
    return say(response, caller.status);
  }
  // The API's own headers take the place of those that the function answers with.
  const extra = cors === undefined ? {} : corsHeaders(cors, origin);
  const full = { ...asked, authorizer: caller.authorizer };
  await integrate({ api, integration: method.integration, extra }, full, response);
}

interface Stage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The path without the stage. */
  readonly path: string;
}

/** `$default` is served at the root, every other stage under its name. */
function stageOf({ stages }: HttpApiDefinition, path: string): Stage | undefined {
  const named = stages.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
  if (named !== undefined) return { ...named, path: path.slice(named.name.length + 1) || '/' };
  const root = stages.find(({ name }) => name === '$default');
  return root === undefined ? undefined : { ...root, path };
}

/** Routes of the request's method first, then `$default`. */
function chooseRoute(
  { routes }: HttpApiDefinition,
  { method = 'GET' }: IncomingMessage,
  path: string,
): RouteMatch<HttpRoute> | undefined {
  const candidates = routes.filter(
    ({ httpMethod, routeKey }) =>
      routeKey !== '$default' && (httpMethod === method || httpMethod === 'ANY'),
  );
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const found = findRoute(candidates, method, path);
  return (
    found ??
    (fallback === undefined
      ? undefined
      : { method: fallback, pathParameters: {}, rawParameters: {} })
  );
}

interface IntegrationServices {
  readonly api: HttpApiSettings;
  readonly integration: HttpIntegration;
  readonly extra: Readonly<Record<string, string>>;
}

async function integrate(
  { api, integration, extra }: IntegrationServices,
  asked: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(extra)) response.setHeader(name, value);
  if (integration.type === 'unhosted') return say(response, 501);
  if (integration.type === 'http') {
    const fail = (kind: string): void => say(response, kind === 'timeout' ? 503 : 500);
    return forwardHttp({ ...integration, streams: false }, asked, {
      response,
      fail,
      shaping: unshaped,
    });
  }
  const timer = setTimeout(() => say(response, 503), integration.timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const event = toHttpEvent(asked, integration.payloadFormat);
  const host = api.functions.find(integration.functionName);
  const payload = Buffer.from(JSON.stringify(event));
  const given = await host?.invoke({ payload, requestId: asked.requestId });
  if (given === undefined) return say(response, 500);
  if (given === 'throttled') return say(response, 503);
  const result = await collectResult(given);
  if (result.type === 'error' || response.headersSent) return say(response, 500);
  respond(result.payload, integration.payloadFormat, response);
}

/** Payload format 1.0 wants a status; 2.0 takes any JSON for the body of a 200. */
function respond(payload: Buffer, format: '1.0' | '2.0', response: ServerResponse): void {
  try {
    const { head, body } = toBufferedResponse(payload);
    const isPlain = !payload.includes('"statusCode"');
    if (format === '1.0' && isPlain) return say(response, 500);
    const own = Object.entries(head.headers).filter(([name]) => !response.hasHeader(name));
    writeHead(response, { status: head.status, headers: Object.fromEntries(own) });
    response.end(body);
    return undefined;
  } catch {
    return say(response, 500);
  }
}

function say(response: ServerResponse, status: Status): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message: words[status] }));
}
