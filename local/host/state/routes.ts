import type { HttpApiDefinition, HttpRoute } from '#local/http-api/http-api-definition.ts';
import type { ApiDefinition, MethodDefinition } from '#local/rest-api/definition/api-definition.ts';

/** What a caller must know about a route of an API. */
export interface RouteState {
  /** `ANY` stands for every method. */
  readonly method: string;
  /** The path below the API's URL, with `{parameters}`. */
  readonly path: string;
  readonly access: RouteAccess;
  /** Whether the header `x-api-key` is required. */
  readonly needsKey: boolean;
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  /** Whether the body must match a schema. */
  readonly checksBody: boolean;
}

/** Who may call a route, and in which header a token is expected. */
export type RouteAccess =
  | { readonly type: 'open' | 'iam' }
  | { readonly type: 'id-token' | 'access-token' | 'custom-token'; readonly header: string };

/** Returns the routes of a REST API that are hosted here, without those for preflight requests. */
export function restRoutes({ methods, apiKeySource }: ApiDefinition): readonly RouteState[] {
  return methods.filter(isCallable).map((method) => {
    const { httpMethod, resourcePath, requiredParameters } = method;
    return {
      method: httpMethod,
      path: resourcePath,
      access: restAccess(method),
      needsKey: method.apiKeyRequired && apiKeySource === 'HEADER',
      requiredQuery: namesAfter('method.request.querystring.', requiredParameters),
      requiredHeaders: namesAfter('method.request.header.', requiredParameters),
      checksBody: method.bodySchemas.size > 0,
    };
  });
}

/** Returns the routes of an HTTP API that are hosted here, without those for preflight requests. */
export function httpRoutes({ routes }: HttpApiDefinition): readonly RouteState[] {
  return routes.filter(isCallable).map((route) => ({
    method: route.httpMethod,
    path: route.resourcePath,
    access: httpAccess(route),
    needsKey: false,
    requiredQuery: [],
    requiredHeaders: [],
    checksBody: false,
  }));
}

function isCallable({ httpMethod }: { readonly httpMethod: string }): boolean {
  return httpMethod !== 'OPTIONS';
}

function restAccess({ authorization }: MethodDefinition): RouteAccess {
  switch (authorization.type) {
    case 'none':
      return { type: 'open' };
    case 'iam':
      return { type: 'iam' };
    case 'user-pool': {
      const { header, scopes } = authorization;
      return { type: scopes.length === 0 ? 'id-token' : 'access-token', header };
    }
    case 'function': {
      const { identitySources } = authorization.authorizer;
      const [header = 'authorization'] = namesAfter('method.request.header.', identitySources);
      return { type: 'custom-token', header };
    }
  }
}

function httpAccess({ authorization }: HttpRoute): RouteAccess {
  switch (authorization.type) {
    case 'none':
      return { type: 'open' };
    case 'iam':
      return { type: 'iam' };
    case 'jwt': {
      const sources = [authorization.identitySource];
      const [header = 'authorization'] = namesAfter('$request.header.', sources);
      return { type: 'access-token', header };
    }
    case 'function': {
      const [header = 'authorization'] = namesAfter(
        '$request.header.',
        authorization.identitySources,
      );
      return { type: 'custom-token', header };
    }
  }
}

function namesAfter(prefix: string, sources: readonly string[]): readonly string[] {
  return sources
    .filter((source) => source.startsWith(prefix))
    .map((source) => source.slice(prefix.length));
}
