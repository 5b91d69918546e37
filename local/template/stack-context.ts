/** The account that everything local belongs to, as in other emulators. */
export const accountId = '000000000000';

/** What a stack may refer to beyond itself. */
export interface World {
  readonly region: string;
  /** The base URL of the AWS services. */
  gateway(): string;
  /** The base URL of what listens on a port of its own, by its key. */
  door(key: string): string | undefined;
  /** The value that one of the stacks exports under a name. */
  importValue(name: string): unknown;
  /** An output of a nested stack. */
  nestedOutput(key: string, name: string): unknown;
  /** A secret that is always the same for the same words, and nobody else's. */
  secret(words: string): string;
  /** Told of every reference that could only be guessed at. */
  warn(message: string): void;
}

/** The ARN of a stack. */
export function stackIdOf(stackName: string, region: string): string {
  return `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`;
}
