import type { ServiceTarget } from '#local/rest-api/definition/service-uri.ts';
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
      readonly requestParameters: Mapping['requestParameters'];
      readonly streams: boolean;
      readonly timeoutMs: number;
    }
  | { readonly type: 'mock'; readonly mapping: Mapping }
  | {
      readonly type: 'service';
      readonly target: ServiceTarget;
      readonly httpMethod: string;
      readonly mapping: Mapping;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'custom-http';
      readonly uri: string;
      readonly httpMethod: string;
      readonly mapping: Mapping;
      readonly timeoutMs: number;
    };

/** What a custom integration makes of requests, and of the responses to them. */
export interface Mapping {
  /** Expressions by name, such as `integration.request.header.Name`. */
  readonly requestParameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  /** When a request without a template for its content type passes as it is. */
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly contentHandling: ContentHandling | undefined;
  readonly responses: readonly ResponseMapping[];
}

export type ContentHandling = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT';

export interface ResponseMapping {
  readonly status: number;
  /** Whether the method has a response with this status. Without one, the integration fails. */
  readonly isDeclared: boolean;
  /** Matches the status of a response, or the error of a function. The default has no pattern. */
  readonly pattern: string | undefined;
  /** Expressions by name, such as `method.response.header.Name`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
  readonly contentHandling: ContentHandling | undefined;
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
