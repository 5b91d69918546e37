import { iamIdentity, toUrlEvent, type UrlRequest } from '#local/function-url/event.ts';
import { contextTexts } from '#local/rest-api/authorizer.ts';
import { toProxyEvent } from '#local/rest-api/event.ts';
import type { Json } from '#local/template/json.ts';
import { accountId } from '#local/template/stack-context.ts';

export interface HttpRequest extends Omit<UrlRequest, 'urlId' | 'accessKeyId'> {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The path parameters as sent, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
  /** What authorized the caller, if anything did. */
  readonly authorizer?: HttpAuthorizer | undefined;
}

/** What authorized a caller, with its facts about them. */
export type HttpAuthorizer =
  | { readonly type: 'iam'; readonly accessKeyId: string }
  | { readonly type: 'jwt'; readonly claims: Json; readonly scopes: readonly string[] | null }
  | {
      readonly type: 'lambda';
      /** Null if the function returned none. */
      readonly context: Json | null;
      readonly principalId: string | undefined;
      /** How long the function took, and 0 if its response was cached. */
      readonly latencyMs: number;
    };

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
      ...(authorizer === undefined ? {} : { authorizer: toAuthorizer2(authorizer) }),
    },
  };
}

function toEvent1(httpRequest: HttpRequest): Record<string, unknown> {
  const { routeKey, stage, authorizer } = httpRequest;
  const resourcePath = routeKey === '$default' ? '$default' : (routeKey.split(' ')[1] ?? '/');
  const path = httpRequest.request.url?.split('?')[0] ?? '/';
  const event = toProxyEvent({
    ...httpRequest,
    authorizer: toAuthorizer1(authorizer),
    accessKeyId: authorizer?.type === 'iam' ? authorizer.accessKeyId : undefined,
    own: { path, resourceId: null },
    api: { id: httpRequest.apiId, binaryMediaTypes: [] },
    stage: { name: stage, variables: httpRequest.stageVariables },
    resourcePath,
    path,
  });
  return { version: '1.0', ...event };
}

function toAuthorizer2(authorizer: HttpAuthorizer): Json {
  switch (authorizer.type) {
    case 'iam':
      return { iam: iamIdentity(authorizer.accessKeyId) };
    case 'jwt':
      return { jwt: { claims: authorizer.claims, scopes: authorizer.scopes } };
    case 'lambda':
      return { lambda: authorizer.context };
  }
}

/** In format 1.0, the facts of a function are members themselves, and claims are always there. */
function toAuthorizer1(authorizer: HttpAuthorizer | undefined): Json {
  if (authorizer?.type !== 'lambda') {
    const { claims, scopes } = authorizer?.type === 'jwt' ? authorizer : noClaims;
    return { claims, scopes };
  }
  const { context, principalId, latencyMs } = authorizer;
  return {
    ...contextTexts(context),
    ...(principalId === undefined ? {} : { principalId }),
    integrationLatency: latencyMs,
  };
}

const noClaims = { claims: null, scopes: null };
