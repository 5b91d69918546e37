import { ChatError } from '#domain/errors.ts';

/**
 * What went wrong at Bedrock, as a `ChatError`. Names are those of the service model of
 * bedrock-runtime; names without an entry, a lost connection among them, are `model_error`.
 */
export function toModelError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const options = { cause: error };
  if (isUnreachable(error)) {
    const transient = { ...options, isTransient: true };
    return new ChatError('model_unavailable', 'The model is out of reach.', transient);
  }
  switch (error instanceof Error ? error.name : '') {
    case 'ThrottlingException':
    case 'ServiceQuotaExceededException':
      return new ChatError('throttled', 'The model is busy. Try again in a moment.', {
        ...options,
        retryAfterSeconds: 5,
        // A quota that is used up is not free again in a moment.
        isTransient: error instanceof Error && error.name === 'ThrottlingException',
      });
    case 'ServiceUnavailableException':
    case 'ModelNotReadyException':
    case 'ModelTimeoutException':
    case 'InternalServerException':
    case 'TimeoutError':
      return new ChatError('model_unavailable', 'The model does not answer at the moment.', {
        ...options,
        isTransient: true,
      });
    // A model that has been switched off, or a profile that is not there.
    case 'ResourceNotFoundException':
      return new ChatError('model_unavailable', 'The model is no longer there.', options);
    case 'ValidationException':
      return new ChatError('invalid_request', refusalOf(error), options);
    case 'AccessDeniedException':
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'MissingAuthenticationTokenException':
      return new ChatError('internal', 'The model may not be used at the moment.', options);
    default:
      return new ChatError('model_error', 'The answer broke off because of a fault.', {
        ...options,
        isTransient: isConnectionLost(error),
      });
  }
}

/** What Bedrock found in a request is its caller's to know; what we are called there is not. */
function refusalOf(error: unknown): string {
  const given = error instanceof Error ? error.message : '';
  const reason = given.replaceAll(/arn:\S+|\b\d{12}\b/gu, '…').slice(0, 400);
  const told = 'The model does not accept this request';
  return reason === '' ? `${told}.` : `${told}: ${reason}`;
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH';
}

function isConnectionLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT';
}

/** An answer that ended without saying that it was over. */
export function cutShort(): ChatError {
  return new ChatError('model_error', 'The answer was cut short.');
}
