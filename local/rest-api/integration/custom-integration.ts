import type { ServerResponse } from 'node:http';
import type { Integration } from '#local/rest-api/definition/api-definition.ts';
import type { ApiRequest } from '#local/rest-api/event.ts';
import { callHttp } from '#local/rest-api/integration/custom-http.ts';
import { MappingError } from '#local/rest-api/integration/mapping-error.ts';
import { mockResponse } from '#local/rest-api/integration/mock-integration.ts';
import { mapRequest, type MappedRequest } from '#local/rest-api/integration/request-mapping.ts';
import {
  mapResponse,
  type EndpointResponse,
} from '#local/rest-api/integration/response-mapping.ts';
import {
  callService,
  expandTarget,
  expandUri,
  type HostedServices,
} from '#local/rest-api/integration/service-call.ts';
import type { ServiceResponse } from '#local/gateway/service-caller.ts';
import { asText, isRecord } from '#local/wire/shape.ts';

export type CustomIntegration = Integration & {
  readonly type: 'mock' | 'service' | 'custom-http';
};

/** Maps a request, calls the endpoint, and sends its mapped response. Throws a `MappingError`. */
export async function answerCustom(
  services: HostedServices,
  integration: CustomIntegration,
  request: ApiRequest,
  response: ServerResponse,
): Promise<void> {
  const mapped = mapRequest(integration.mapping, request);
  const endpoint = await callEndpoint(services, integration, { request, mapped });
  const { status, headers, body } = mapResponse(integration.mapping, request, endpoint);
  response.writeHead(status, headers).end(body);
}

interface EndpointCall {
  readonly request: ApiRequest;
  readonly mapped: MappedRequest;
}

async function callEndpoint(
  services: HostedServices,
  integration: CustomIntegration,
  { request, mapped }: EndpointCall,
): Promise<EndpointResponse> {
  if (integration.type === 'mock') return mockResponse(mapped.body);
  const signal = AbortSignal.timeout(integration.timeoutMs);
  const { variables } = request.stage;
  const method =
    integration.httpMethod === 'ANY' ? (request.request.method ?? 'GET') : integration.httpMethod;
  try {
    if (integration.type === 'custom-http') {
      const uri = expandUri(integration.uri, mapped.path, variables);
      return await callHttp(uri, { ...mapped, method, signal });
    }
    const target = expandTarget(integration.target, mapped.path, variables);
    const answer = await callService(services, target, { ...mapped, method, signal });
    return target.service === 'lambda' ? toFunctionResponse(answer) : toEndpointResponse(answer);
  } catch (error) {
    if (!signal.aborted || error instanceof MappingError) throw error;
    throw new MappingError('timeout', `No response after ${integration.timeoutMs} ms`);
  }
}

function toEndpointResponse({ status, headers, bytes }: ServiceResponse): EndpointResponse {
  return { headers, bytes, selector: String(status) };
}

/**
 * Returns the response of a function. Its error message is what patterns match. Throws for errors of
 * Lambda itself, which are not mapped.
 */
export function toFunctionResponse(answer: ServiceResponse): EndpointResponse {
  const { status, headers, bytes, body, error } = answer;
  if (status === 400) throw new MappingError('badBody', body, error?.message);
  if (error !== undefined) throw new MappingError('noFunction', `${status} of Lambda: ${body}`);
  return { headers, bytes, selector: errorMessageOf(body) ?? String(status) };
}

function errorMessageOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? asText(value['errorMessage']) : undefined;
  } catch {
    return undefined;
  }
}
