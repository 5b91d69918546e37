import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { corsHeaders, isPreflight, preflightHeaders } from '#local/function-url/cors.ts';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import { identifyCaller } from '#local/http-api/authorization.ts';
import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import type { HttpAuthorizationSettings } from '#local/http-api/http-caller.ts';
import type {
  HttpApiDefinition,
  HttpIntegration,
  HttpRoute,
} from '#local/http-api/http-api-definition.ts';
import { applyChanges, type ChangedRequest } from '#local/http-api/parameters/apply-changes.ts';
import { answerService } from '#local/http-api/service/service-integration.ts';
import { toBufferedResponse } from '#local/lambda/invoke/buffered-response.ts';
import { unshaped } from '#local/lambda/invoke/response-shaping.ts';
import { collectResult } from '#local/lambda/functions.ts';
import { writeHead } from '#local/lambda/invoke/streamed-response.ts';
import { handleInBackground } from '#local/process/handle-request.ts';
import { forwardHttp } from '#local/rest-api/integration/http-integration.ts';
import { unhosted, type HostedServices } from '#local/rest-api/integration/service-call.ts';
import { findRoute, type RouteMatch } from '#local/rest-api/router.ts';

/** API Gateway's limit for the payload of a request. */
const maxRequestBytes = 10 * 1024 * 1024;

/** An HTTP API with its authorization settings. */
export interface HttpApiSettings extends HttpAuthorizationSettings {
  readonly definition: HttpApiDefinition;
  readonly services: HostedServices;
}

const statusTexts = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
} as const;

type Status = keyof typeof statusTexts;

/** Creates the handler of requests to an HTTP API. */
export function httpApiHandler(api: HttpApiSettings): RequestListener {
  return (request, response) => {
    const onError = (error: unknown): void => {
      console.error(`${api.definition.key}  ! ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendError(response, 500);
    };
    handleInBackground(response, () => handleRequest(api, request, response), onError);
  };
}

async function handleRequest(
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
  if (!isDecodable(url)) return sendError(response, 400);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') return sendError(response, 413);
  const path = url.split('?')[0] ?? '/';
  const stage = findStage(definition, path);
  const route = stage === undefined ? undefined : pickRoute(definition, request, stage.path);
  if (stage === undefined || route === undefined) return sendError(response, 404);
  const { method, pathParameters, rawParameters } = route;
  const httpRequest: HttpRequest = {
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
  const caller = await identifyCaller(api, method.authorization, httpRequest);
  if (caller.type === 'refused') {
    if (caller.challenge !== undefined) response.setHeader('www-authenticate', caller.challenge);
    return sendError(response, caller.status);
  }
  // The API's own CORS headers replace those of the function.
  const extraHeaders = cors === undefined ? {} : corsHeaders(cors, origin);
  for (const [name, value] of Object.entries(extraHeaders)) response.setHeader(name, value);
  const authorized = { ...httpRequest, authorizer: caller.authorizer };
  await integrate(api, method.integration, authorized, response);
}

interface Stage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The path without the stage. */
  readonly path: string;
}

/** Finds the stage of a path. `$default` is served at the root, other stages under their names. */
function findStage({ stages }: HttpApiDefinition, path: string): Stage | undefined {
  const stage = stages.find(({ name }) => path === `/${name}` || path.startsWith(`/${name}/`));
  if (stage !== undefined) return { ...stage, path: path.slice(stage.name.length + 1) || '/' };
  const root = stages.find(({ name }) => name === '$default');
  return root === undefined ? undefined : { ...root, path };
}

/** Finds the route of a request. `$default` is used if no other route matches. */
function pickRoute(
  { routes }: HttpApiDefinition,
  { method = 'GET' }: IncomingMessage,
  path: string,
): RouteMatch<HttpRoute> | undefined {
  const candidates = routes.filter(
    ({ httpMethod, routeKey }) =>
      routeKey !== '$default' && (httpMethod === method || httpMethod === 'ANY'),
  );
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const match = findRoute(candidates, method, path);
  return (
    match ??
    (fallback === undefined
      ? undefined
      : { method: fallback, pathParameters: {}, rawParameters: {} })
  );
}

async function integrate(
  api: HttpApiSettings,
  integration: HttpIntegration,
  httpRequest: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  if (integration.type === 'service') return sendAnswer(api, integration, httpRequest, response);
  const changed = applyChanges(integration.changes, httpRequest);
  const { changeHead } = changed;
  if (integration.type === 'http') {
    const fail = (kind: string): void => sendError(response, kind === 'timeout' ? 503 : 500);
    const forwarded = Object.assign({ path: changed.path }, changed.request);
    return forwardHttp({ ...integration, streams: false }, forwarded, {
      response,
      fail,
      shaping: unshaped,
      changeHead,
    });
  }
  const timer = setTimeout(() => sendError(response, 503), integration.timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const event = toHttpEvent(changed.request, integration.payloadFormat);
  const host = api.functions.find(integration.functionName);
  const payload = Buffer.from(JSON.stringify(event));
  const invocation = await host?.invoke({ payload, requestId: httpRequest.requestId });
  if (invocation === undefined) return sendError(response, 500);
  if (invocation === 'throttled') return sendError(response, 503);
  const result = await collectResult(invocation);
  if (result.type === 'error' || response.headersSent) return sendError(response, 500);
  respond(result.payload, integration.payloadFormat, { response, changeHead });
}

/** Sends what an integration with a service answers. */
async function sendAnswer(
  { services, definition }: HttpApiSettings,
  integration: HttpIntegration & { readonly type: 'service' },
  httpRequest: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const { service } = integration.subtype;
  if (!services.hosts(service)) return sendError(response, 501, unhosted(service));
  try {
    const { status, headers, body } = await answerService(services, integration, httpRequest);
    const own = Object.entries(headers).filter(([name]) => !response.hasHeader(name));
    writeHead(response, { status, headers: Object.fromEntries(own) });
    response.end(body);
  } catch (error) {
    console.error(`${definition.key}  ! ${String(error)}`);
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    sendError(response, isTimeout ? 503 : 500);
  }
  return undefined;
}

type Responder = Pick<ChangedRequest, 'changeHead'> & { readonly response: ServerResponse };

/** Payload format 1.0 requires a `statusCode`; in 2.0, any other JSON is the body of a 200. */
function respond(
  payload: Buffer,
  format: '1.0' | '2.0',
  { response, changeHead }: Responder,
): void {
  try {
    const { head, body } = toBufferedResponse(payload);
    const hasNoStatus = !payload.includes('"statusCode"');
    if (format === '1.0' && hasNoStatus) return sendError(response, 500);
    const changed = changeHead(head, body.toString());
    const own = Object.entries(changed.headers).filter(([name]) => !response.hasHeader(name));
    writeHead(response, { status: changed.status, headers: Object.fromEntries(own) });
    response.end(body);
    return undefined;
  } catch {
    return sendError(response, 500);
  }
}

function sendError(
  response: ServerResponse,
  status: Status,
  message: string = statusTexts[status],
): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message }));
}
