/** A refusal of Bedrock's, in its own types and words. */
export class BedrockError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.name = 'BedrockError';
    this.status = status;
    this.type = type;
  }

  /** The error type header as Bedrock sends it; SDKs cut it at the colon. */
  get typeHeader(): string {
    return `${this.type}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  }
}

export function invalid(message: string): BedrockError {
  return new BedrockError(400, 'ValidationException', message);
}
