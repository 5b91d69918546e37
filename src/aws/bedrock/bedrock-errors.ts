import { ChatError } from '#domain/errors.ts';
import { requestRefused } from '#domain/chat/refusals.ts';

/**
 * Returns an error of Bedrock as a `ChatError`. Names are those of the service model of
 * bedrock-runtime; any other error, such as a lost connection, is `model_error`.
 */
export function toModelError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const options = { cause: error };
  if (isUnreachable(error)) {
    const transient = { ...options, isTransient: true };
    return new ChatError('model_unavailable', 'The model cannot be reached.', transient);
  }
  switch (error instanceof Error ? error.name : '') {
    case 'ThrottlingException':
    case 'ServiceQuotaExceededException':
      return new ChatError('throttled', 'The model is busy. Try again in a moment.', {
        ...options,
        retryAfterSeconds: 5,
        // A used-up quota does not recover within seconds.
        isTransient: error instanceof Error && error.name === 'ThrottlingException',
      });
    case 'ServiceUnavailableException':
    case 'ModelNotReadyException':
    case 'ModelTimeoutException':
    case 'InternalServerException':
    case 'TimeoutError':
      return new ChatError('model_unavailable', 'The model is not available at the moment.', {
        ...options,
        isTransient: true,
      });
    // A model that was retired, or an inference profile that does not exist.
    case 'ResourceNotFoundException':
      return new ChatError('model_unavailable', 'The model no longer exists.', options);
    // The latter is for a value of the wrong type.
    case 'ValidationException':
    case 'SerializationException':
      return toRefusal(error);
    case 'AccessDeniedException':
    case 'CredentialsProviderError':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'MissingAuthenticationTokenException':
      return new ChatError('internal', 'The model cannot be used at the moment.', options);
    default:
      return new ChatError('model_error', 'The answer ended with an error.', {
        ...options,
        isTransient: isConnectionLost(error),
      });
  }
}

/**
 * Whether the caller is at fault, only a caller of this function can know: see `attributeRefusals`.
 * The models that a request may name are the deployment's, so one that cannot be used is never the
 * fault of whoever named it.
 */
function toRefusal(cause: unknown): ChatError {
  const message = cause instanceof Error ? cause.message : '';
  if (unusableModel.test(message)) {
    return new ChatError('model_unavailable', 'The model cannot be used.', { cause });
  }
  // Whoever wrote the request may see the reason, but no ARN and no account number.
  const refusal = message.replaceAll(/arn:\S+|\b\d{12}\b/gu, '…').slice(0, 400);
  return new ChatError('invalid_request', requestRefused(refusal), { cause, refusal });
}

const unusableModel =
  /model identifier|on-demand throughput|inference profile|end of its life|your account|operation not allowed/iu;

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH';
}

function isConnectionLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT';
}
