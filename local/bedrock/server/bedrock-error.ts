import { coralError } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

interface ErrorRest {
  /** Where it is not the one that the type has. */
  readonly status?: number;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal of Bedrock's, in its own types and words. */
export class BedrockError extends Error {
  readonly status: number;
  readonly type: string;
  /** Members of the body beyond the message, such as `originalStatusCode`. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: string, message: string, rest: ErrorRest = {}) {
    super(message, rest.cause === undefined ? {} : { cause: rest.cause });
    this.name = 'BedrockError';
    this.status = rest.status ?? errorStatus.get(type) ?? 500;
    this.type = type;
    this.members = rest.members ?? {};
    this.headers = rest.headers ?? {};
  }

  /** The error type header as Bedrock sends it; SDKs cut it at the colon. */
  get typeHeader(): string {
    return `${this.type}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  }
}

export function invalid(message: string): BedrockError {
  return new BedrockError('ValidationException', message);
}

export function notFound(message: string): BedrockError {
  return new BedrockError('ResourceNotFoundException', message);
}

/** The status of each of Bedrock's errors, from the service model. */
const errorStatus: ReadonlyMap<string, number> = new Map(
  Object.entries({
    AccessDeniedException: 403,
    ConflictException: 400,
    InternalServerException: 500,
    ModelErrorException: 424,
    ModelNotReadyException: 429,
    ModelStreamErrorException: 424,
    ModelTimeoutException: 408,
    ResourceNotFoundException: 404,
    ServiceQuotaExceededException: 400,
    ServiceUnavailableException: 503,
    ThrottlingException: 429,
    ValidationException: 400,
    UnrecognizedClientException: 403,
    ExpiredTokenException: 403,
    InvalidSignatureException: 403,
    MissingAuthenticationTokenException: 403,
    IncompleteSignatureException: 403,
    SerializationException: 400,
    UnknownOperationException: 404,
    RuntimeClientError: 424,
  }),
);

/** What AWS's own operations say of a malformed request. */
export function refuseMembers(problems: readonly Problem[]): BedrockError {
  const { code, message } = coralError(problems);
  return new BedrockError(code, message);
}
