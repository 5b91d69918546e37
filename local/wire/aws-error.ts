/** An error as an AWS service answers with it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The code that the service had in its older query protocol, where it still tells it. */
  readonly queryCode: string | undefined;
  /** Members of the body beyond the message, such as `Reason`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    { status = 400, queryCode, members = {} }: AwsErrorOptions = {},
  ) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.queryCode = queryCode;
    this.members = members;
  }
}

export interface AwsErrorOptions {
  readonly status?: number;
  readonly queryCode?: string | undefined;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Whatever was thrown, as the service's error; what it did not foresee is its own failure. */
export function toAwsError(thrown: unknown): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AwsError('InternalFailure', message, { status: 500 });
}
