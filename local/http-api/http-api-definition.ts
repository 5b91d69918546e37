import type { ParameterChanges } from '#local/http-api/parameters/read-changes.ts';
import type { Subtype } from '#local/http-api/service/subtypes.ts';
import type { CorsDefinition } from '#local/function-url/read-urls.ts';

/** An HTTP API. */
export interface HttpApiDefinition {
  readonly key: string;
  readonly id: string;
  readonly stages: readonly {
    readonly name: string;
    readonly variables: Readonly<Record<string, string>>;
  }[];
  readonly cors: CorsDefinition | undefined;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute {
  /** `POST /chat`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly httpMethod: string;
  readonly resourcePath: string;
  readonly integration: HttpIntegration;
  readonly authorization: HttpAuthorization;
}

export type HttpIntegration =
  | {
      readonly type: 'lambda';
      readonly functionName: string;
      readonly payloadFormat: '1.0' | '2.0';
      readonly changes: ParameterChanges;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'http';
      readonly uri: string;
      readonly httpMethod: string;
      readonly changes: ParameterChanges;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'service';
      readonly subtype: Subtype;
      /** Expressions by parameter of the action. */
      readonly parameters: Readonly<Record<string, string>>;
      readonly responses: ParameterChanges['responses'];
      readonly timeoutMs: number;
    };

export type HttpAuthorization =
  | { readonly type: 'none' }
  | { readonly type: 'iam' }
  | {
      readonly type: 'jwt';
      readonly issuer: string;
      readonly audience: readonly string[];
      readonly identitySource: string;
      readonly scopes: readonly string[];
    }
  | {
      readonly type: 'function';
      readonly id: string;
      readonly functionName: string;
      readonly identitySources: readonly string[];
      readonly payloadFormat: '1.0' | '2.0';
      readonly simple: boolean;
      readonly ttlMs: number;
    };
