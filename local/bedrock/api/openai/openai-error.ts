import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { credentialFault } from '#local/bedrock/server/identity.ts';
import { httpStatus, type ErrorFormat } from '#local/bedrock/api/error-format.ts';
import type { SseMessage } from '#local/bedrock/api/sse-writer.ts';

/**
 * The errors of OpenAI's API. Codes, types and the words about models and keys are those that
 * `bedrock-mantle` answered with (litellm #39846, #33094, hermes-agent #87190).
 */
export const openAiErrors: ErrorFormat = {
  requestIdHeader: 'x-request-id',
  render(error, { method, url }) {
    const status = httpStatus(error);
    const isUnknownPath = error.type === 'UnknownOperationException';
    return {
      status,
      body: {
        error: {
          code: isUnknownPath ? null : (error.members['code'] ?? codeOf(error, status)),
          message: isUnknownPath ? `Invalid URL (${method} ${url.split('?')[0]})` : wordsOf(error),
          param: error.members['param'] ?? null,
          type: typeOf(status),
        },
      },
    };
  },
};

/** Returns the message of a stream that has failed. OpenAI's SDK throws it as an error. */
export function openAiErrorMessage(exception: string, message: string): SseMessage {
  const code = streamErrorCode(exception);
  const type = code === 'rate_limit_exceeded' ? 'rate_limit_error' : 'server_error';
  return { data: { error: { code, message, param: null, type } } };
}

/** Returns OpenAI's code for an exception in a stream. A scripted code stays as it is. */
export function streamErrorCode(exception: string): string {
  return streamCodes.get(exception) ?? exception;
}

const streamCodes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    throttlingException: 'rate_limit_exceeded',
    validationException: 'validation_error',
    serviceUnavailableException: 'service_unavailable',
    internalServerException: 'internal_server_error',
    modelStreamErrorException: 'internal_server_error',
    modelTimeoutException: 'timeout',
  }),
);

/** Returns the error of a request whose parameter cannot be used. */
export function invalidParameter(
  message: string,
  param?: string,
  code = 'validation_error',
): BedrockError {
  return new BedrockError('ValidationException', message, { members: { param, code } });
}

/** Returns the error for something that the server does not have, such as a model. */
export function notFoundError(message: string, hint?: string): BedrockError {
  return new BedrockError('ResourceNotFoundException', message, { hint });
}

function wordsOf(error: BedrockError): string {
  return credentialFault(error) === 'invalid-key' ? 'Invalid bearer token' : error.message;
}

function codeOf({ type }: BedrockError, status: number): string {
  if (status === 401) return 'invalid_api_key';
  if (status === 403) return 'access_denied';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_exceeded';
  if (status < 500) return type === 'ModelTimeoutException' ? 'timeout' : 'validation_error';
  return status === 503 ? 'service_unavailable' : 'internal_server_error';
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_denied_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
