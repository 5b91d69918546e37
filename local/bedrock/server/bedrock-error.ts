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

/** The statuses of agents and knowledge bases, where they differ from those of the runtime. */
export const agentStatuses: ErrorStatuses = { ConflictException: 409, ModelNotReadyException: 424 };

/** The statuses of AgentCore, where they differ from those of the runtime. */
export const agentCoreStatuses: ErrorStatuses = {
  ConflictException: 409,
  ServiceQuotaExceededException: 402,
};

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

  /** Returns the status of the error in a service whose statuses differ from the runtime's. */
  statusIn(statuses: ErrorStatuses = {}): number {
    return this.hasOwnStatus ? this.status : (statuses[this.type] ?? this.status);
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

/**
 * The HTTP status of each error type, from the service models of Bedrock. Where two differ, it is
 * that of the runtime.
 */
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
    BadGatewayException: 502,
    DependencyFailedException: 424,
    DuplicateIdException: 409,
    InvalidInputException: 400,
    ResourceInUseException: 400,
    RetryableConflictException: 409,
    SubscriptionRequiredException: 403,
    ThrottledException: 429,
    TooManyTagsException: 400,
    UnauthorizedException: 401,
  }),
);

/** Returns the error of AWS's own operations for a request that violates their shape. */
export function invalidRequest(problems: readonly Problem[]): BedrockError {
  const { code, message } = coralError(problems);
  return new BedrockError(code, message);
}
