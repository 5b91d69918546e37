import type { HttpAuthorizer } from '#local/http-api/event.ts';
import type { Functions } from '#local/lambda/functions.ts';
import type { Json } from '#local/template/json.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface HttpAuthorizationSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly functions: Functions;
  readonly authorizerCache: AuthorizerCache;
  now(): number;
}

/** What an authorizer function returned: a simple response has `isAuthorized`, others a policy. */
export interface AuthorizerResponse {
  isAuthorized(arn: string): boolean;
  /** Null if there is none. */
  readonly context: Json | null;
  readonly principalId: string | undefined;
}

/** Responses of authorizer functions, by identity, with their expiry. */
export type AuthorizerCache = Map<
  string,
  { readonly response: AuthorizerResponse; readonly expiresAtMs: number }
>;

export type HttpCallerResult =
  | { readonly type: 'caller'; readonly authorizer?: HttpAuthorizer }
  | { readonly type: 'refused'; readonly status: 401 | 403 | 500; readonly challenge?: string };
