import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Said } from '#local/bedrock/api/sse-writer.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import type { Problem } from '#local/wire/shape.ts';

/** An error in the form of OpenAI's API. */
export function openAiErrorBody({ status, type, message }: BedrockError): object {
  return { error: { code: type, message, param: null, type: kindOf(status) } };
}

/** What a stream says when it fails: OpenAI's SDK throws it. */
export function openAiFailure(code: string, message: string): Said {
  return { data: { error: { code, message, param: null, type: 'server_error' } } };
}

export function invalidParameters(problems: readonly Problem[]): BedrockError {
  return invalid(describeProblems('request', problems).replaceAll('request.', ''));
}

function kindOf(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
