/** Something that a check found. */
export interface Finding {
  /** The name of the check, such as `model-access`. */
  readonly check: string;
  /**
   * An `error` keeps something from working or lets strangers in; a `warning` will do harm later;
   * with `unknown` the check could not read what it judges.
   */
  readonly severity: 'error' | 'warning' | 'unknown';
  /** What it is about: a function, a queue, a model, this machine. */
  readonly resource: string;
  readonly message: string;
  /** What to do, with the command or the setting. */
  readonly fix: string;
}

/** Collects what could not be read, so that no check takes it for fine. */
export interface Attempts {
  /** Returns what a call reads; undefined, and a finding, if the call fails. */
  read<Value>(call: Call, send: () => Promise<Value>): Promise<Value | undefined>;
  failures(): readonly Finding[];
}

export interface Call {
  /** The check that needs it. */
  readonly check: string;
  /** The IAM action that it needs, such as `lambda:GetPolicy`. */
  readonly action: string;
  readonly resource: string;
}

/** Returns attempts, of which none has failed yet. */
export function createAttempts(): Attempts {
  const failures: Finding[] = [];
  return {
    failures: () => failures,
    async read(call, send) {
      try {
        return await send();
      } catch (error) {
        failures.push(toFinding(call, error));
        return undefined;
      }
    },
  };
}

/** The names that services give to a call without permission. */
const isDenied =
  /^(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/u;

/** The names of missing and of expired or wrong credentials. */
const isUnsigned =
  /^(?:CredentialsProviderError|TokenProviderError|ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch)$/u;

function toFinding({ check, action, resource }: Call, error: unknown): Finding {
  const { name = '', message = String(error) } = error instanceof Error ? error : {};
  const unknown = { check, severity: 'unknown', resource } as const;
  if (isDenied.test(name)) {
    const fix = `Allow ${action} to the caller of this command.`;
    return { ...unknown, message: `not allowed to read it: ${action}`, fix };
  }
  const fix = isUnsigned.test(name)
    ? 'Sign in to AWS: aws sso login or aws configure, and AWS_PROFILE for a profile of its own.'
    : `Repeat the command; it needs ${action}.`;
  return { ...unknown, message: `could not be read: ${message}`, fix };
}
