import type { HttpRequest } from '#local/http-api/event.ts';
import type { ResponseHead } from '#local/lambda/invoke/streamed-response.ts';
import { changeResponse } from '#local/http-api/parameters/change-response.ts';
import { requestSources, responseSources } from '#local/http-api/parameters/request-sources.ts';
import { evaluateExpression } from '#local/http-api/parameters/expressions.ts';
import type { HttpIntegration } from '#local/http-api/http-api-definition.ts';
import { toServiceRequest } from '#local/http-api/service/subtype-request.ts';
import { callService, type HostedServices } from '#local/rest-api/integration/service-call.ts';

type ServiceIntegration = HttpIntegration & { readonly type: 'service' };

/** What a client receives of an integration with a service. */
export interface ServiceAnswer extends ResponseHead {
  readonly body: Buffer;
}

/** Calls the action of an integration with mapped parameters, and maps the response. */
export async function answerService(
  services: HostedServices,
  integration: ServiceIntegration,
  request: HttpRequest,
): Promise<ServiceAnswer> {
  const sources = requestSources(request);
  const parameters = new Map<string, string>();
  for (const [name, expression] of Object.entries(integration.parameters)) {
    const value = evaluateExpression(expression, sources);
    if (value === undefined && integration.subtype.required.includes(name))
      return badRequest(name, expression);
    if (value !== undefined) parameters.set(name, value);
  }
  const { target, ...call } = toServiceRequest(integration.subtype, parameters);
  const signal = AbortSignal.timeout(integration.timeoutMs);
  const response = await callService(services, target, { ...call, signal });
  const type = response.headers.get('content-type') ?? 'application/json';
  const head = { status: response.status, headers: { 'content-type': [type] } };
  const read = (name: string): string | undefined => response.headers.get(name) ?? undefined;
  const changed = changeResponse(
    integration.responses,
    head,
    responseSources(sources, read, response.body),
  );
  return { ...changed, body: response.bytes };
}

function badRequest(name: string, source: string): ServiceAnswer {
  const message = `Unable to resolve property ${name} from source {{ ${source} }}. Please make sure that the value for ${name} is specified in the request.`;
  return {
    status: 400,
    headers: { 'content-type': ['application/json'] },
    body: Buffer.from(JSON.stringify({ message })),
  };
}
