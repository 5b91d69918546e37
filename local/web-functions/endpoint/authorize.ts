import type { IncomingMessage } from 'node:http';
import type { EndpointDefinition } from '#local/web-functions/definition/web-function-definition.ts';
import type { Refusal } from '#local/web-functions/endpoint/refusal.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface AuthorizationSettings {
  readonly definition: EndpointDefinition;
  readonly credentials: Credentials;
  readonly region: string;
}

/** Who may call, and what they have signed. */
export type Authorization =
  | { readonly type: 'open' }
  | { readonly type: 'signed'; readonly payloadHash: string }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/**
 * Checks who sent a request. With `IamAuth` it must be signed, and must have the hash of its body in
 * a header, also without a body. Otherwise the application decides.
 */
export function authorize(
  request: IncomingMessage,
  { definition, credentials, region }: AuthorizationSettings,
): Authorization {
  if (definition.authType === 'ApplicationManaged') return { type: 'open' };
  const { method = 'GET', url = '/', headers } = request;
  const payloadHash = headers['x-amz-content-sha256']?.toString();
  if (payloadHash === undefined) return forbidden();
  const scope = { region, service: 'lambda' };
  const verdict = verifySigV4({ method, url, headers }, [credentials], Date.now(), scope);
  return verdict.type === 'valid' ? { type: 'signed', payloadHash } : forbidden(verdict.message);
}

function forbidden(message = 'Forbidden'): Authorization {
  return { type: 'refused', refusal: { status: 403, message } };
}
