import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isDecodable, readBody } from '#local/wire/read-body.ts';
import { admit, type Admission } from '#local/rest-api/admission.ts';
import type { ApiDefinition, StageDefinition } from '#local/rest-api/definition/api-definition.ts';
import { requestContext, type ApiRequest } from '#local/rest-api/event.ts';
import { say, type GatewayResponseContext } from '#local/rest-api/gateway-responses.ts';
import { integrate, type IntegrationServices } from '#local/rest-api/integration/integrations.ts';
import { findRoute } from '#local/rest-api/router.ts';

/** API Gateway's limit for a request's payload. */
const maxRequestBytes = 10 * 1024 * 1024;

/** A REST API and what is behind it. */
export interface ApiSettings extends Admission, Omit<IntegrationServices, 'definition'> {
  readonly definition: ApiDefinition;
}

/** Answers the requests to a REST API. */
export function restHandler(api: ApiSettings): RequestListener {
  return (request, response) => {
    answer(api, request, response).catch((error: unknown) => {
      console.error(`${api.definition.key}  ! ${String(error)}`);
      if (response.headersSent) response.destroy();
      else say({ api: api.definition, response, context: {} }, 'noFunction');
    });
  };
}

async function answer(
  api: ApiSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { definition } = api;
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  const early: GatewayResponseContext = { api: definition, response, context: { requestId } };
  const url = request.url ?? '/';
  if (!isDecodable(url)) return say(early, 'badPath');
  const stage = definition.stages.find(({ name }) => pathInStage(url, name) !== undefined);
  const path = pathInStage(url, stage?.name ?? '');
  const route =
    path === undefined ? undefined : findRoute(definition.methods, request.method ?? '', path);
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') return say(early, 'tooLarge');
  if (route === undefined || path === undefined || stage === undefined) {
    return say(early, 'unknownRoute');
  }
  const now = new Date();
  const asked: ApiRequest = { request, body, requestId, api: definition, stage, route, path, now };
  const saying = { ...early, context: requestContext(asked) };
  if (isThrottled(api, stage)) return say(saying, 'throttled');
  const admitted = await admit(api, asked);
  if (admitted.type === 'refused') return say(saying, admitted.kind, admitted.words);
  await integrate(api, admitted.request, response);
}

function isThrottled({ usagePlans, definition }: ApiSettings, stage: StageDefinition): boolean {
  if (stage.throttle === undefined) return false;
  return !usagePlans.enter(`${definition.id}/${stage.name}`, stage.throttle);
}

/** The path without its stage, or nothing for another stage. */
function pathInStage(url: string, stageName: string): string | undefined {
  const path = url.split('?')[0] ?? '/';
  const stage = `/${stageName}`;
  if (path === stage) return '/';
  return path.startsWith(`${stage}/`) ? path.slice(stage.length) : undefined;
}
