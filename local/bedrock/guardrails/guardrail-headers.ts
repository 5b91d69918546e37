import type { AwsRequest } from '#local/wire/aws-exchange.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { GuardrailRequest } from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Returns the guardrail that a request names in its headers, if any. Throws if the version is missing. */
export function readGuardrailHeaders(
  request: AwsRequest,
  body: unknown,
): GuardrailRequest | undefined {
  const { headers } = request;
  const identifier = headers['x-amzn-bedrock-guardrailidentifier'];
  const version = headers['x-amzn-bedrock-guardrailversion'];
  if (identifier === undefined) return undefined;
  if (version === undefined) {
    throw invalid('guardrailVersion is required when guardrailIdentifier is provided.');
  }
  const config = isRecord(body) ? body['amazon-bedrock-guardrailConfig'] : undefined;
  const streaming = isRecord(config) ? config['streamProcessingMode'] : undefined;
  return {
    identifier: String(identifier),
    version: String(version),
    trace: /^enabled/iu.test(String(headers['x-amzn-bedrock-trace'])) ? 'enabled' : 'disabled',
    mode: typeof streaming === 'string' && /^async/iu.test(streaming) ? 'async' : 'sync',
  };
}
