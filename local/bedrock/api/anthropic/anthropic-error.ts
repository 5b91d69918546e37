import type { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import { credentialFault } from '#local/bedrock/server/identity.ts';
import { httpStatus, type ErrorFormat } from '#local/bedrock/api/error-format.ts';
import type { AwsRequest } from '#local/wire/aws-exchange.ts';

/** The errors of Anthropic's API, with its statuses: 529 is its own for an overloaded server. */
export const anthropicErrors: ErrorFormat = {
  requestIdHeader: 'request-id',
  render(error, request, requestId) {
    const status = httpStatus(error);
    const isUnknownCaller = status === 401;
    const type = isUnknownCaller ? 'authentication_error' : errorType(error.type);
    return {
      status: status === 503 ? 529 : status,
      body: {
        type: 'error',
        error: { type, message: wordsOf(error, request), ...detailsOf(error) },
        request_id: requestId,
      },
    };
  },
};

function detailsOf({ members: { details } }: BedrockError): object {
  return details === undefined ? {} : { details };
}

function wordsOf(error: BedrockError, { headers }: AwsRequest): string {
  if (error.type === 'UnknownOperationException') return 'Not Found';
  const fault = credentialFault(error);
  if (fault === 'missing') return 'x-api-key header is required';
  if (fault !== 'invalid-key') return error.message;
  return headers['authorization'] === undefined ? 'invalid x-api-key' : 'Invalid bearer token';
}

/** Returns Anthropic's name for an error type of Bedrock. */
export function errorType(type: string): string {
  const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return errorTypes.get(name) ?? 'api_error';
}

const errorTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    validationException: 'invalid_request_error',
    serializationException: 'invalid_request_error',
    throttlingException: 'rate_limit_error',
    modelNotReadyException: 'rate_limit_error',
    serviceUnavailableException: 'overloaded_error',
    resourceNotFoundException: 'not_found_error',
    unknownOperationException: 'not_found_error',
    accessDeniedException: 'permission_error',
    modelTimeoutException: 'timeout_error',
    unrecognizedClientException: 'authentication_error',
    invalidSignatureException: 'authentication_error',
    expiredTokenException: 'authentication_error',
  }),
);
