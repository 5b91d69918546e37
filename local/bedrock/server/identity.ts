import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Identity } from '#local/bedrock/server/journal.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { parseAuthorization, verifySigV4 } from '#local/wire/sigv4.ts';

/** Who may ask. */
export interface IdentityPolicy {
  /**
   * `off` asks for nothing; `lenient` for credentials of any kind, as they are; `strict` for a
   * signature that is right, or a key that is known.
   */
  readonly mode: 'off' | 'lenient' | 'strict';
  readonly credentials: readonly Credentials[];
  readonly apiKeys: readonly string[];
  /** Whether it answers for every Region, as what stands for all of AWS does. */
  readonly anyRegion?: boolean;
}

export interface Asking {
  readonly nowMs: number;
  /** Whether the operation takes no API keys. */
  readonly isSignedOnly: boolean;
  /** What a signature for the operation must be scoped to. */
  readonly region: string;
  readonly services: readonly string[];
}

/** Who asks. Throws AWS's refusal where the policy does not let them. */
export function identify(request: AwsRequest, policy: IdentityPolicy, asking: Asking): Identity {
  const key = bearerKey(request);
  if (key !== undefined) {
    const isTaken = policy.apiKeys.includes(key) && !asking.isSignedOnly;
    if (policy.mode === 'strict' && !isTaken) throw invalidKey();
    return { type: 'bearer', keyEnd: key.slice(-4) };
  }
  const authorization = parseAuthorization(String(request.headers['authorization'] ?? ''));
  if (policy.mode === 'strict') verify(request, policy, asking);
  if (authorization !== undefined) {
    const { accessKeyId, region } = authorization;
    return { type: 'sigv4', accessKeyId, region };
  }
  if (policy.mode === 'off') return { type: 'none' };
  throw refused('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

/** A Bedrock API key; the Anthropic SDK sends it in a header of its own. */
function bearerKey({ headers }: AwsRequest): string | undefined {
  const [, bearer] = /^Bearer (.+)$/iu.exec(String(headers['authorization'] ?? '')) ?? [];
  const own = headers['authorization'] === undefined ? headers['x-api-key'] : undefined;
  return bearer ?? (typeof own === 'string' ? own : undefined);
}

function invalidKey(): BedrockError {
  return refused(
    'AccessDeniedException',
    'Authentication failed: Please make sure your API Key is valid.',
  );
}

function verify(
  request: AwsRequest,
  { credentials, anyRegion = false }: IdentityPolicy,
  { nowMs, region, services }: Asking,
): void {
  const verdict = verifySigV4(request, credentials, nowMs);
  if (verdict.type === 'refused') throw refused(verdict.code, verdict.message);
  if (!anyRegion && verdict.region !== region) {
    throw refused(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not '${verdict.region}'.`,
    );
  }
  if (services.includes(verdict.service)) return;
  throw refused(
    'InvalidSignatureException',
    `Credential should be scoped to correct service: '${services[0]}'.`,
  );
}

function refused(type: string, message: string): BedrockError {
  return new BedrockError(type, message);
}
