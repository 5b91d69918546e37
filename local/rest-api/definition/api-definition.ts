import type { Json } from '#local/template/json.ts';

/** A REST API with its stages and everything that they share. */
export interface ApiDefinition {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly stages: readonly StageDefinition[];
  /** Bodies of these media types are base64 in events and results. */
  readonly binaryMediaTypes: readonly string[];
  /** Where the API key comes from: the `x-api-key` header or the authorizer's response. */
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER';
  readonly isEdgeOptimised: boolean;
  readonly methods: readonly MethodDefinition[];
  /** Customised error responses by response type, such as `DEFAULT_4XX`. */
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly throttle: Throttle | undefined;
}

export interface Throttle {
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
}

export interface MethodDefinition {
  /** The path of its resource, with `{parameters}`. */
  readonly resourcePath: string;
  /** `ANY` for every method. */
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly authorization: Authorization;
  /** Required parameters, such as `method.request.querystring.q`. */
  readonly requiredParameters: readonly string[];
  /** JSON schemas of bodies, by media type. */
  readonly bodySchemas: ReadonlyMap<string, Json>;
  readonly integration: Integration;
}

export type Authorization =
  | { readonly type: 'none' }
  | { readonly type: 'iam' }
  | { readonly type: 'function'; readonly authorizer: FunctionAuthorizer }
  | {
      readonly type: 'user-pool';
      readonly header: string;
      readonly poolArns: readonly string[];
      /** With scopes, an access token is required; without scopes, an ID token. */
      readonly scopes: readonly string[];
    };

export interface FunctionAuthorizer {
  readonly id: string;
  readonly kind: 'TOKEN' | 'REQUEST';
  readonly functionName: string;
  /** Such as `method.request.header.Authorization`. */
  readonly identitySources: readonly string[];
  readonly validation: string | undefined;
  readonly ttlMs: number;
}

export type Integration =
  | {
      readonly type: 'lambda';
      /** The name of a function; it may contain `${stageVariables.name}`. */
      readonly functionName: string;
      readonly streams: boolean;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'http';
      readonly uri: string;
      readonly httpMethod: string;
      readonly streams: boolean;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'mock';
      readonly requestTemplates: Readonly<Record<string, string>>;
      readonly responses: readonly MockResponse[];
    }
  /** An integration that is valid in a template but is not hosted here. */
  | { readonly type: 'unhosted'; readonly what: string };

export interface MockResponse {
  readonly status: number;
  /** Matches the status of the request template; the default response has no pattern. */
  readonly pattern: string | undefined;
  /** Quoted values by name, such as `method.response.header.Name`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
}

export interface GatewayResponseDefinition {
  readonly status: number | undefined;
  /** Quoted values by name, such as `gatewayresponse.header.Name`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
}

export interface ApiKeyDefinition {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Present if the template contains the value of the key. */
  readonly value: string | undefined;
}

export interface UsagePlanDefinition {
  readonly id: string;
  readonly stages: readonly PlanStage[];
  readonly keyIds: readonly string[];
  readonly throttle: Throttle | undefined;
  readonly quota: Quota | undefined;
}

export interface PlanStage {
  readonly apiId: string;
  readonly stageName: string;
  /** By path and method: `/chat/POST`. */
  readonly throttles: ReadonlyMap<string, Throttle>;
}

export interface Quota {
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
}
