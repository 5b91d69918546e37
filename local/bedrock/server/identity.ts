import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Identity } from '#local/bedrock/server/journal.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { parseAuthorization, verifySigV4 } from '#local/wire/sigv4.ts';

/** Which callers may send requests. */
export interface IdentityPolicy {
  /**
   * `off` requires nothing. `lenient` requires credentials of any kind and does not verify them.
   * `strict` requires a valid signature or one of `apiKeys`.
   */
  readonly mode: 'off' | 'lenient' | 'strict';
  readonly credentials: readonly Credentials[];
  readonly apiKeys: readonly string[];
  /** Whether signatures for any Region are valid. The host needs it, as one endpoint serves all. */
  readonly anyRegion?: boolean;
}

/** What an operation requires of a caller. */
export interface IdentityRequirements {
  /** The time that signatures are checked against, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Whether the operation accepts signatures only, and no API keys. */
  readonly requiresSignature: boolean;
  /** The Region and the services that a signature must be scoped to. */
  readonly region: string;
  readonly signingServices: readonly string[];
}

/** Returns the identity of the caller. Throws AWS's error if the policy rejects the request. */
export function identify(
  request: AwsRequest,
  policy: IdentityPolicy,
  requirements: IdentityRequirements,
): Identity {
  const key = bearerKey(request);
  if (key !== undefined) {
    const isAccepted = policy.apiKeys.includes(key) && !requirements.requiresSignature;
    if (policy.mode === 'strict' && !isAccepted) throw invalidKey();
    return { type: 'bearer', keyEnd: key.slice(-4) };
  }
  const authorization = parseAuthorization(String(request.headers['authorization'] ?? ''));
  if (policy.mode === 'strict') verify(request, policy, requirements);
  if (authorization !== undefined) {
    const { accessKeyId, region } = authorization;
    return { type: 'sigv4', accessKeyId, region };
  }
  if (policy.mode === 'off') return { type: 'none' };
  throw new BedrockError('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

/** Returns the Bedrock API key. The Anthropic SDK sends it in `x-api-key`. */
function bearerKey({ headers }: AwsRequest): string | undefined {
  const [, bearer] = /^Bearer (.+)$/iu.exec(String(headers['authorization'] ?? '')) ?? [];
  const apiKey = headers['authorization'] === undefined ? headers['x-api-key'] : undefined;
  return bearer ?? (typeof apiKey === 'string' ? apiKey : undefined);
}

const invalidKeyMessage = 'Authentication failed: Please make sure your API Key is valid.';

function invalidKey(): BedrockError {
  return new BedrockError('AccessDeniedException', invalidKeyMessage);
}

/** What an error says about the credentials of a request, if it says anything. */
export function credentialFault({
  type,
  message,
}: BedrockError): 'missing' | 'invalid-key' | 'invalid-signature' | undefined {
  if (type === 'MissingAuthenticationTokenException') return 'missing';
  if (message === invalidKeyMessage) return 'invalid-key';
  return signatureErrors.has(type) ? 'invalid-signature' : undefined;
}

const signatureErrors: ReadonlySet<string> = new Set([
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'IncompleteSignatureException',
  'ExpiredTokenException',
]);

function verify(
  request: AwsRequest,
  { credentials, anyRegion = false }: IdentityPolicy,
  { nowMs, region, signingServices }: IdentityRequirements,
): void {
  const verdict = verifySigV4(request, credentials, nowMs);
  if (verdict.type === 'refused') throw new BedrockError(verdict.code, verdict.message);
  if (!anyRegion && verdict.region !== region) {
    throw new BedrockError(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${verdict.region}'.`,
    );
  }
  if (signingServices.includes(verdict.service)) return;
  throw new BedrockError(
    'InvalidSignatureException',
    `Credential should be scoped to correct service: '${signingServices[0]}'.`,
  );
}
