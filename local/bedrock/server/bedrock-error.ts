import { coralError } from '#local/wire/coral-error.ts';
import type { Problem } from '#local/wire/shape.ts';

interface BedrockErrorOptions {
  /** The HTTP status, if it is not the usual one of the error type. */
  readonly status?: number;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  /** What would help, for the terminal. It is not part of the response. */
  readonly hint?: string | undefined;
}

/** HTTP statuses by error type. */
export type ErrorStatuses = Readonly<Record<string, number>>;

/** An error that Bedrock returns, with Bedrock's own error type and message. */
export class BedrockError extends Error {
  readonly status: number;
  /** Whether the status was given, and is not the usual one of the error type. */
  readonly hasOwnStatus: boolean;
  readonly type: string;
  /** Members of the body in addition to the message, such as `originalStatusCode`. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly hint: string | undefined;

  constructor(type: string, message: string, options: BedrockErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'BedrockError';
    this.hasOwnStatus = options.status !== undefined;
    this.status = options.status ?? errorStatus.get(type) ?? 500;
    this.type = type;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
    this.hint = options.hint;
  }

  /** Returns the error with the status that another service gives it, if that service differs. */
  withStatusOf(statuses: ErrorStatuses): BedrockError {
    const status = statuses[this.type];
    if (status === undefined || this.hasOwnStatus) return this;
    const { cause, headers, members } = this;
    return new BedrockError(this.type, this.message, { status, members, headers, cause });
  }

  /** The error type header as Bedrock sends it. SDKs cut it off at the colon. */
  get typeHeader(): string {
    return `${this.type}:http://internal.amazon.com/coral/com.amazon.bedrock/`;
  }
}

/** Returns a ValidationException. */
export function invalid(message: string): BedrockError {
  return new BedrockError('ValidationException', message);
}

/** Returns a ResourceNotFoundException. */
export function notFound(message: string): BedrockError {
  return new BedrockError('ResourceNotFoundException', message);
}

/** The HTTP status of each of Bedrock's error types, from the service model of the runtime. */
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

/** Returns the error of AWS's own operations for a request that violates their shape. */
export function invalidRequest(problems: readonly Problem[]): BedrockError {
  const { code, message } = coralError(problems);
  return new BedrockError(code, message);
}
