import { toUrlEvent, type UrlRequest } from '#local/function-url/event.ts';
import { toProxyEvent } from '#local/rest-api/event.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface HttpRequest extends Omit<UrlRequest, 'urlId' | 'accessKeyId'> {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The parameters as they stood in the path, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
  /** What is known of the caller, by the kind of authorization. */
  readonly authorizer?: Readonly<Record<string, unknown>> | undefined;
}

/** The event an HTTP API gives a function, in either payload format. */
export function toHttpEvent(asked: HttpRequest, format: '1.0' | '2.0'): Record<string, unknown> {
  return format === '2.0' ? toEvent2(asked) : toEvent1(asked);
}

function toEvent2(asked: HttpRequest): Record<string, unknown> {
  const { routeKey, stage, stageVariables, pathParameters, authorizer, apiId } = asked;
  const event = toUrlEvent({ ...asked, urlId: apiId, accessKeyId: undefined });
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

function toEvent1(asked: HttpRequest): Record<string, unknown> {
  const { routeKey, stage, authorizer } = asked;
  const resourcePath = routeKey === '$default' ? '$default' : (routeKey.split(' ')[1] ?? '/');
  const event = toProxyEvent({
    ...asked,
    authorizer,
    api: { id: asked.apiId, binaryMediaTypes: [] },
    stage: { name: stage, variables: asked.stageVariables },
    resourcePath,
    path: asked.request.url?.split('?')[0] ?? '/',
  });
  return { version: '1.0', ...event };
}
