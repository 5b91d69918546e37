import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Throws if a request wants the service to hold the conversation. Anthropic's SDK offers threads
 * only in its client for Anthropic's own service. Its tool runner sends one to any address, and
 * after an error with these details it sends whole conversations instead.
 */
export function refuseThreads(body: unknown): void {
  if (!isRecord(body) || body['thread'] === undefined || body['thread'] === null) return;
  const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };
  throw new BedrockError('ValidationException', 'thread: message threads are not supported', {
    members: { details },
  });
}
