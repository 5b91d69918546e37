import type { FunctionAuthorizer } from '#local/rest-api/definition/api-definition.ts';
import type { CustomIntegration } from '#local/websocket-api/integration/custom-definition.ts';

/** A WebSocket API. */
export interface WebSocketApiDefinition {
  readonly key: string;
  readonly id: string;
  readonly stages: readonly WebSocketStage[];
  /** Names the route of a message, such as `$request.body.action`. */
  readonly routeSelection: string;
  /** By route key: `$connect`, `$disconnect`, `$default` and those that messages name. */
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
}

export interface WebSocketStage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface WebSocketRoute {
  readonly routeKey: string;
  readonly integration: WebSocketIntegration;
  /** Whether the client receives the body that the integration returns. */
  readonly responds: boolean;
  /** Only connections are authorized, so other routes have none. */
  readonly authorization: WebSocketAuthorization;
}

export type WebSocketIntegration =
  | { readonly type: 'lambda'; readonly functionName: string; readonly timeoutMs: number }
  /** Succeeds without a body. */
  | { readonly type: 'mock' }
  | CustomIntegration;

export type WebSocketAuthorization =
  | { readonly type: 'none' }
  | { readonly type: 'iam' }
  | { readonly type: 'function'; readonly authorizer: FunctionAuthorizer };
