import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { SseMessage } from '#local/bedrock/api/sse-writer.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import type { Problem } from '#local/wire/shape.ts';

/** Returns an error body in the format of OpenAI's API. */
export function openAiErrorBody({ status, type, message }: BedrockError): object {
  return { error: { code: type, message, param: null, type: kindOf(status) } };
}

/** Returns the message of a stream that has failed. OpenAI's SDK throws it as an error. */
export function openAiErrorMessage(code: string, message: string): SseMessage {
  return { data: { error: { code, message, param: null, type: 'server_error' } } };
}

/** Returns the error for a request that violates its shape. */
export function invalidParameters(problems: readonly Problem[]): BedrockError {
  return invalid(describeProblems('request', problems).replaceAll('request.', ''));
}

function kindOf(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
