/** A value in Secrets Manager that a template refers to. */
export interface SecretReference {
  /** The name or the ARN of the secret. */
  readonly id: string;
  readonly stage?: string | undefined;
  readonly versionId?: string | undefined;
}

/**
 * Values that a template looks up by name: those that options give, that its stacks declare, or that
 * are stored here.
 */
export interface Lookups {
  /** Returns a parameter by `name` or `name:version`, or undefined if there is none. */
  parameter(reference: string): string | undefined;
  /** Returns a whole secret, or undefined if there is none. */
  secret(reference: SecretReference): string | undefined;
}

/** Returns the error for a value that cannot be looked up: it names the option that gives it. */
export function cannotLookUp(what: string, service: string, name: string): Error {
  const option = `--parameter ${service}:${name}=VALUE`;
  return new Error(`${what}: there is no ${service} value ${name} here: give it with ${option}`);
}
