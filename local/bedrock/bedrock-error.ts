import type { Path, Problem, Rule } from '#local/shape.ts';

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

/** What AWS's own operations say of a malformed request: wrong types first, then constraints. */
export function refuseMembers(problems: readonly Problem[]): BedrockError {
  const malformed = problems.find(({ rule }) => isMalformed(rule));
  if (malformed !== undefined) {
    const message = `The value at ${dotted(malformed.path)} ${malformedWords(malformed)}.`;
    return new BedrockError('SerializationException', message);
  }
  const found = problems.map(
    ({ path, value, rule }) =>
      `Value ${shown(value)} at '${coralPath(path)}' failed to satisfy constraint: ${words(rule)}`,
  );
  const plural = found.length === 1 ? 'error' : 'errors';
  return invalid(`${found.length} validation ${plural} detected: ${found.join('; ')}`);
}

function isMalformed({ type }: Rule): boolean {
  return type === 'kind' || type === 'one-member' || type === 'known-member';
}

function malformedWords({ rule }: Problem): string {
  if (rule.type === 'kind') return `must be of type ${rule.kind}`;
  return rule.type === 'one-member' ? 'must have one and only one member set' : 'is not known';
}

function words(rule: Rule): string {
  switch (rule.type) {
    case 'present':
      return 'Member must not be null';
    case 'at-least':
      return `Member must have value greater than or equal to ${rule.limit}`;
    case 'at-most':
      return `Member must have value less than or equal to ${rule.limit}`;
    case 'min-length':
      return `Member must have length greater than or equal to ${rule.limit}`;
    case 'max-length':
      return `Member must have length less than or equal to ${rule.limit}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${rule.pattern}`;
    case 'one-of':
      return `Member must satisfy enum value set: [${rule.values.join(', ')}]`;
    case 'kind':
    case 'one-member':
    case 'known-member':
      return 'Member is malformed';
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'null';
  return `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
}

/** Lists count from one in these messages: `messages.1.member.role`. */
function coralPath(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : part)).join('.');
}

function dotted(path: Path): string {
  return path.length === 0 ? 'the root' : path.join('.');
}
