import { toHttpEvent, type HttpRequest } from '#local/http-api/event.ts';
import type { ExpressionSources } from '#local/http-api/parameters/expressions.ts';
import { record } from '#local/template/json.ts';

/** Returns what expressions read of a request. */
export function requestSources(httpRequest: HttpRequest): ExpressionSources {
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

/** Returns what expressions read of the response to a request. */
export function responseSources(
  sources: ExpressionSources,
  headers: (name: string) => string | undefined,
  body: string,
): ExpressionSources {
  return { ...sources, body, value: (_, name) => headers(name.toLowerCase()) };
}
