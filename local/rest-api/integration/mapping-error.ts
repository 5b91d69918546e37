import type { GatewayError } from '#local/rest-api/gateway-responses.ts';

/** Thrown if a request or response cannot be mapped. Its message is what API Gateway logs. */
export class MappingError extends Error {
  readonly kind: GatewayError;
  /** What the client is sent in place of the default message. */
  readonly clientMessage: string | undefined;

  constructor(kind: GatewayError, message: string, clientMessage?: string) {
    super(message);
    this.name = 'MappingError';
    this.kind = kind;
    this.clientMessage = clientMessage;
  }
}

/** Returns the error of an integration that is configured wrongly, which a client does not see. */
export function configurationError(message: string): MappingError {
  return new MappingError('noFunction', `Execution failed due to configuration error: ${message}`);
}
