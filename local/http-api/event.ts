import { toUrlEvent, type UrlRequest } from '#local/function-url/event.ts';
import { toProxyEvent } from '#local/rest-api/event.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface HttpRequest extends Omit<UrlRequest, 'urlId' | 'accessKeyId'> {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The path parameters as sent, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
  /** Facts about the caller, by the type of authorization. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
}

/** Returns the event that an HTTP API sends to a function, in either payload format. */
export function toHttpEvent(
  httpRequest: HttpRequest,
  format: '1.0' | '2.0',
): Record<string, unknown> {
  return format === '2.0' ? toEvent2(httpRequest) : toEvent1(httpRequest);
}

function toEvent2(httpRequest: HttpRequest): Record<string, unknown> {
  const { routeKey, stage, stageVariables, pathParameters, authorizer, apiId } = httpRequest;
  const event = toUrlEvent({ ...httpRequest, urlId: apiId, accessKeyId: undefined });
  const { authentication: _, ...context } = event.requestContext;
  return {
    ...event,
    routeKey,
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    ...(Object.keys(stageVariables).length === 0 ? {} : { stageVariables }),
    requestContext: {
      ...context,
      accountId,
      routeKey,
      stage,
      ...(authorizer === undefined ? {} : { authorizer }),
    },
  };
}

function toEvent1(httpRequest: HttpRequest): Record<string, unknown> {
  const { routeKey, stage, authorizer } = httpRequest;
  const resourcePath = routeKey === '$default' ? '$default' : (routeKey.split(' ')[1] ?? '/');
  const event = toProxyEvent({
    ...httpRequest,
    authorizer,
    api: { id: httpRequest.apiId, binaryMediaTypes: [] },
    stage: { name: stage, variables: httpRequest.stageVariables },
    resourcePath,
    path: httpRequest.request.url?.split('?')[0] ?? '/',
  });
  return { version: '1.0', ...event };
}
