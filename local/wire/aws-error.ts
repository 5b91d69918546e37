/** An error that an AWS service returns. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The error code of the service's older query protocol, if the service still sends it. */
  readonly queryCode: string | undefined;
  /** Other members of the body, such as `Reason`. */
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

/** Returns an AWS error as it is, and anything else that was thrown as an internal failure. */
export function toAwsError(thrown: unknown): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AwsError('InternalFailure', message, { status: 500 });
}
