import type { ServiceTarget } from '#local/rest-api/definition/service-uri.ts';

/** An integration of a WebSocket API with an endpoint and with mappings. */
export interface CustomIntegration {
  readonly type: 'custom';
  readonly endpoint:
    | { readonly type: 'service'; readonly target: ServiceTarget }
    | { readonly type: 'http'; readonly uri: string }
    /** Answers with the status of the request template. */
    | { readonly type: 'mock' };
  readonly httpMethod: string;
  readonly timeoutMs: number;
  /** Expressions by name, such as `integration.request.header.Name`. */
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly request: TemplateChoice;
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  /** Empty if responses pass as they are. */
  readonly responses: readonly CustomResponse[];
}

/** Templates by key, and the expression that chooses one. */
export interface TemplateChoice {
  readonly selection: string;
  readonly templates: Readonly<Record<string, string>>;
}

export interface CustomResponse {
  /** Matches the status of a response, or the error of a function. The default has no pattern. */
  readonly pattern: string | undefined;
  readonly response: TemplateChoice;
}
