import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import { evaluateExpression, type ExpressionSources } from '#local/http-api/service/expressions.ts';
import type { HttpIntegration } from '#local/http-api/http-api-definition.ts';
import { toServiceRequest } from '#local/http-api/service/subtype-request.ts';
import { callService, type HostedServices } from '#local/rest-api/integration/service-call.ts';
import { record } from '#local/template/json.ts';

type ServiceIntegration = HttpIntegration & { readonly type: 'service' };

/** What a client receives of an integration with a service. */
export interface ServiceAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
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
  const answer = {
    status: response.status,
    headers: new Map([['content-type', type]]),
    body: response.bytes,
  };
  return mapAnswer(integration, answer, {
    ...sources,
    body: response.body,
    value: (_, name) => response.headers.get(name) ?? undefined,
  });
}

function badRequest(name: string, source: string): ServiceAnswer {
  const message = `Unable to resolve property ${name} from source {{ ${source} }}. Please make sure that the value for ${name} is specified in the request.`;
  return {
    status: 400,
    headers: new Map([['content-type', 'application/json']]),
    body: Buffer.from(JSON.stringify({ message })),
  };
}

function requestSources(httpRequest: HttpRequest): ExpressionSources {
  const { request, body, pathParameters, stageVariables } = httpRequest;
  const { headers, queryStringParameters, rawPath, requestContext } = toHttpEvent(
    httpRequest,
    '2.0',
  );
  const places: Readonly<Record<string, unknown>> = {
    header: headers,
    querystring: queryStringParameters,
    path: pathParameters,
  };
  return {
    value(place, name) {
      if (place === 'path' && name === '') return String(rawPath);
      const known = place === 'header' ? name.toLowerCase() : name;
      const values = record(places[place]);
      return Object.hasOwn(values, known) ? String(values[known]) : undefined;
    },
    body: body.toString('utf8'),
    context: contextOf(record(requestContext), request.method),
    stageVariables,
  };
}

/** The variables of a context are named otherwise than the members of an event. */
function contextOf(context: Readonly<Record<string, unknown>>, method = 'GET'): typeof context {
  const { http, authorizer, ...others } = context;
  const { path, protocol, sourceIp, userAgent } = record(http);
  const identity = { sourceIp, userAgent };
  const { time: requestTime, timeEpoch: requestTimeEpoch } = context;
  const { jwt, lambda } = record(authorizer);
  return {
    ...others,
    authorizer: { ...record(jwt), ...record(lambda) },
    httpMethod: method,
    path,
    protocol,
    identity,
    requestTime,
    requestTimeEpoch,
  };
}

function mapAnswer(
  { responses }: ServiceIntegration,
  answer: ServiceAnswer,
  sources: ExpressionSources,
): ServiceAnswer {
  const headers = new Map(answer.headers);
  let { status } = answer;
  for (const [change, expression] of responses.get(String(answer.status)) ?? []) {
    const value = evaluateExpression(expression, sources);
    const [action, target = ''] = change.split(':');
    const name = target.replace('header.', '').toLowerCase();
    if (action === 'remove') headers.delete(name);
    else if (value === undefined) continue;
    else if (target === 'statuscode') status = toStatus(value) ?? status;
    else {
      const before = action === 'append' ? headers.get(name) : undefined;
      headers.set(name, before === undefined ? value : `${before},${value}`);
    }
  }
  return { ...answer, status, headers };
}

function toStatus(value: string): number | undefined {
  return /^[2-5]\d\d$/u.test(value) ? Number(value) : undefined;
}
