/** When what could not be done is tried again: a queue delivers it so many times more. */
export interface RetryPolicy {
  /** The pauses before each further try. */
  readonly retrySeconds: readonly number[];
}

export interface Trying {
  /** How many tries there were, the one that failed included. */
  readonly tries: number;
  /** From 0 to 1: keeps those that failed together from coming back together. */
  readonly chance: number;
}

/** Pauses are longer by up to this part of them. */
const jitter = 0.2;

/** The whole seconds until the next try; undefined where there is none. */
export function backoffSeconds(
  { retrySeconds }: RetryPolicy,
  { tries, chance }: Trying,
  atLeastSeconds = 0,
): number | undefined {
  const planned = retrySeconds[tries - 1];
  if (planned === undefined) return undefined;
  return Math.ceil(Math.max(planned, atLeastSeconds) * (1 + chance * jitter));
}
