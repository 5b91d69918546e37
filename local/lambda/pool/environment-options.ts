import type { ParseArgsConfig } from 'node:util';
import { defaultConcurrency } from '#local/lambda/pool/account.ts';
import { readNumber, readWholeNumber } from '#local/process/option-values.ts';

/** How many execution environments this machine runs, and how long it keeps idle ones. */
export interface EnvironmentOptions {
  /** The concurrent executions of the account; by default, what the machine's memory allows. */
  readonly concurrency?: number | undefined;
  /** How long an environment stays idle beside a warmer one of its function before it ends. */
  readonly idleMs: number;
}

/** AWS keeps idle environments for minutes, but not on the memory of this machine. */
const defaultIdleSeconds = 30;

export const defaultEnvironments: EnvironmentOptions = { idleMs: defaultIdleSeconds * 1_000 };

/** Help text of the options for all commands that host functions. */
export const environmentHelp = `Execution environments of functions
  --concurrency N         how many run at once; more invocations are throttled (by free memory: ${defaultConcurrency()})
  --idle-seconds N        end all idle ones of a function but one after this time (${defaultIdleSeconds})
`;

/** The `parseArgs` definitions of these options. */
export const environmentArguments = {
  concurrency: { type: 'string' },
  'idle-seconds': { type: 'string', default: String(defaultIdleSeconds) },
} as const satisfies ParseArgsConfig['options'];

/** Reads the options from command-line values. Throws an error that names the option. */
export function readEnvironmentArguments(values: {
  readonly concurrency?: string | undefined;
  readonly 'idle-seconds': string;
}): EnvironmentOptions {
  const { concurrency, 'idle-seconds': idleSeconds } = values;
  return {
    concurrency:
      concurrency === undefined ? undefined : readWholeNumber('--concurrency', concurrency),
    idleMs: readNumber('--idle-seconds', idleSeconds, [0, 86_400]) * 1_000,
  };
}
