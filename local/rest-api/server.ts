import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { handleInBackground } from '#local/process/handle-request.ts';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import { admit, type AdmissionSettings } from '#local/rest-api/admission.ts';
import type {
  ApiDefinition,
  MethodDefinition,
  StageDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import { requestContext, type ApiRequest } from '#local/rest-api/event.ts';
import {
  sendGatewayError,
  type GatewayResponseContext,
} from '#local/rest-api/gateway-responses.ts';
import { integrate, type IntegrationServices } from '#local/rest-api/integration/integrations.ts';
import { findRoute, type RouteMatch } from '#local/rest-api/router.ts';

/** API Gateway's limit for the payload of a request. */
const maxRequestBytes = 10 * 1024 * 1024;

/** A REST API with everything that its requests need. */
export interface ApiSettings extends AdmissionSettings, IntegrationServices {
  readonly definition: ApiDefinition;
}

/** Creates the handler of requests to a REST API. */
export function restHandler(api: ApiSettings): RequestListener {
  return (request, response) => {
    const onError = (error: unknown): void => {
      console.error(`${api.definition.key}  ! ${String(error)}`);
      if (response.headersSent) response.destroy();
      else sendGatewayError({ api: api.definition, response, context: {} }, 'noFunction');
    };
    handleInBackground(response, () => handleRequest(api, request, response), onError);
  };
}

async function handleRequest(
  api: ApiSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { definition } = api;
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  const earlyContext: GatewayResponseContext = {
    api: definition,
    response,
    context: { requestId },
  };
  const url = request.url ?? '/';
  if (!isDecodable(url)) return sendGatewayError(earlyContext, 'badPath');
  const stage = definition.stages.find(({ name }) => pathInStage(url, name) !== undefined);
  const path = pathInStage(url, stage?.name ?? '');
  const route = path === undefined ? undefined : findMethod(definition, request.method ?? '', path);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') return sendGatewayError(earlyContext, 'tooLarge');
  if (route === undefined || path === undefined || stage === undefined) {
    return sendGatewayError(earlyContext, 'unknownRoute');
  }
  const now = new Date();
  const apiRequest: ApiRequest = {
    request,
    body,
    requestId,
    api: definition,
    stage,
    route,
    path,
    now,
  };
  const context = { ...earlyContext, context: requestContext(apiRequest) };
  if (isThrottled(api, stage)) return sendGatewayError(context, 'throttled');
  const result = await admit(api, apiRequest);
  if (result.type === 'refused') return sendGatewayError(context, result.kind, result.message);
  await integrate(api, result.request, response);
}

/** A REST API also takes the path of a resource with a slash at its end. */
function findMethod(
  { methods }: ApiDefinition,
  httpMethod: string,
  path: string,
): RouteMatch<MethodDefinition> | undefined {
  const route = findRoute(methods, httpMethod, path);
  return route ?? findRoute(methods, httpMethod, path.replace(/\/$/u, ''));
}

function isThrottled({ usagePlans, definition }: ApiSettings, stage: StageDefinition): boolean {
  if (stage.throttle === undefined) return false;
  return !usagePlans.useStage(`${definition.id}/${stage.name}`, stage.throttle);
}

/** Returns the path without the stage, or `undefined` if the path is in another stage. */
function pathInStage(url: string, stageName: string): string | undefined {
  const path = url.split('?')[0] ?? '/';
  const stage = `/${stageName}`;
  if (path === stage) return '/';
  return path.startsWith(`${stage}/`) ? path.slice(stage.length) : undefined;
}
