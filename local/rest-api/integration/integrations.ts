import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
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
import { sendGatewayError, type GatewayError } from '#local/rest-api/gateway-responses.ts';
import { forwardHttp } from '#local/rest-api/integration/http-integration.ts';
import { answerCustom } from '#local/rest-api/integration/custom-integration.ts';
import { MappingError } from '#local/rest-api/integration/mapping-error.ts';
import { mapParameters } from '#local/rest-api/integration/request-mapping.ts';
import type { HostedServices } from '#local/rest-api/integration/service-call.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';

export interface IntegrationServices {
  readonly functions: Functions;
  readonly services: HostedServices;
  /** Limits the rate and size of streamed responses. */
  readonly shaping: Shaping;
}

/** Sends the response of the integration of a request's method. */
export async function integrate(
  services: IntegrationServices,
  request: ApiRequest,
  response: ServerResponse,
): Promise<void> {
  const context = { api: request.api, response, context: requestContext(request) };
  try {
    await answer(services, request, {
      response,
      fail: (kind) => sendGatewayError(context, kind),
    });
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    console.error(`${request.api.key}  ! ${error.message}`);
    sendGatewayError(context, error.kind, error.clientMessage);
  }
}

interface Reply {
  readonly response: ServerResponse;
  fail(kind: GatewayError): void;
}

async function answer(
  services: IntegrationServices,
  request: ApiRequest,
  { response, fail }: Reply,
): Promise<void> {
  const { integration } = request.route.method;
  switch (integration.type) {
    case 'mock':
    case 'service':
    case 'custom-http':
      return answerCustom(services.services, integration, request, response);
    case 'http': {
      const { rawParameters } = request.route;
      const mapped = mapParameters(integration.requestParameters, request);
      const forwarded = { request: request.request, body: request.body, rawParameters, mapped };
      return forwardHttp(integration, forwarded, { response, fail, shaping: services.shaping });
    }
    case 'lambda':
      return invoke({ ...services, integration, fail }, request, response);
  }
}

interface LambdaIntegrationContext extends IntegrationServices {
  readonly integration: Integration & { readonly type: 'lambda' };
  fail(kind: GatewayError): void;
}

async function invoke(
  { functions, integration, fail, shaping }: LambdaIntegrationContext,
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
    // On timeout, a response that has not begun becomes a 504; one in progress is cut off.
    if (response.headersSent) response.destroy();
    else fail('timeout');
  }, integration.timeoutMs);
  response.once('close', () => clearTimeout(timer));
  const payload = Buffer.from(JSON.stringify(toRestEvent(request)));
  const result = await host?.invoke({ requestId: request.requestId, payload });
  if (result === undefined || result === 'throttled') return fail('noFunction');
  if (integration.streams) await sendStreamed(result, { request, response, fail, shaping });
  else await sendBuffered(result, { request, response, fail, shaping });
}

interface ResponseContext {
  readonly request: ApiRequest;
  readonly response: ServerResponse;
  readonly shaping: Shaping;
  fail(kind: GatewayError): void;
}

/**
 * Sends a streamed response. The format of the bytes decides, so a function may also return head
 * and body in one piece.
 */
async function sendStreamed(
  result: InvocationResult,
  { request, response, fail, shaping }: ResponseContext,
): Promise<void> {
  if (result.type === 'error') return fail('badResponse');
  const streaming = result.type === 'streaming' ? result : toStreaming(result.payload);
  const streamed = await openStreamedResponse(streaming, 'api-gateway').catch(() => undefined);
  if (streamed === undefined) return fail('badResponse');
  if (!response.headersSent) writeHead(response, streamed.head);
  const idleMs = request.api.isEdgeOptimised ? 30_000 : 300_000;
  return relayBody(shaping(streamed.body, 'api-gateway'), response, idleMs);
}

/** InvokeWithResponseStream returns a buffered payload as a stream of its bytes. */
function toStreaming(payload: Buffer): InvocationResult & { readonly type: 'streaming' } {
  const body = Readable.from([payload]);
  return { type: 'streaming', contentType: 'application/json', body };
}

async function sendBuffered(
  result: InvocationResult,
  { request, response, fail }: ResponseContext,
): Promise<void> {
  if (result.type === 'error') return fail('badResponse');
  const payload = result.type === 'buffered' ? result.payload : await collectBody(result.body);
  if (payload === undefined || !respond(payload, request.api, response)) fail('badResponse');
}

/** Sends a proxy response. Returns false if the payload does not have the required form. */
function respond(payload: Buffer, api: ApiDefinition, response: ServerResponse): boolean {
  if (response.headersSent) return true;
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    if (!isRecord(value) || value['statusCode'] === undefined) return false;
    // A body that is not a string makes the proxy response malformed.
    const { body } = value;
    if (body !== undefined && body !== null && typeof body !== 'string') return false;
    const { status, headers } = toResponseHead(value);
    const isBinary = value['isBase64Encoded'] === true && api.binaryMediaTypes.length > 0;
    writeHead(response, { status, headers: { 'content-type': ['application/json'], ...headers } });
    response.end(Buffer.from(body ?? '', isBinary ? 'base64' : 'utf8'));
    return true;
  } catch {
    return false;
  }
}
