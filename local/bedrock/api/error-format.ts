import type { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { credentialFault } from '#local/bedrock/server/identity.ts';
import type { AwsRequest } from '#local/wire/aws-exchange.ts';

/** How an API reports errors: with its own statuses, shape and words. */
export interface ErrorFormat {
  /** The header of the request id, beside AWS's own. */
  readonly requestIdHeader: string | undefined;
  render(error: BedrockError, request: AwsRequest, requestId: string): RenderedError;
}

export interface RenderedError {
  readonly status: number;
  readonly body: object;
}

/**
 * Returns the status of an error in the APIs of OpenAI and Anthropic, which have 401 for unknown
 * callers and no status for a model that failed.
 */
export function httpStatus(error: BedrockError): number {
  if (credentialFault(error) !== undefined) return 401;
  return error.status === 424 ? 500 : error.status;
}
