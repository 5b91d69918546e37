import type { Stack } from 'aws-cdk-lib';
import { defaultMemorySize } from '#infra/functions/streambed-function.ts';
import { functionNamed, functionsOf, propertiesOf } from '#infra/options/stack-parts.ts';

export const applicationLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export const systemLevels = ['DEBUG', 'INFO', 'WARN'] as const;

export interface FunctionOptions {
  /** How many invocations of a function may run at once, by the function's name; 0 stops it. */
  readonly reservedConcurrency: Readonly<Record<string, number>>;
  /** The quota of concurrent executions of the account in the Region. */
  readonly accountConcurrency: number;
  /** The memory of functions without a reason for another size, in MB. */
  readonly defaultMemory: number;
  /** Memory in MB, by the function's name. */
  readonly memory: Readonly<Record<string, number>>;
  /** The least severe levels that are logged. Undefined keeps Lambda's text format. */
  readonly logLevels: LogLevels | undefined;
}

export interface LogLevels {
  readonly application: (typeof applicationLevels)[number];
  readonly system: (typeof systemLevels)[number];
}

/** Lambda refuses to reserve more: so much is left to the functions without a reservation. */
const unreserved = 100;

/**
 * Applies settings to the functions of a stack. Throws an error that names the setting if there is no
 * such function, or if the account cannot reserve so much.
 */
export function applyFunctionOptions(stack: Stack, options: FunctionOptions): void {
  applyConcurrency(stack, options);
  applyMemory(stack, options);
  if (options.logLevels !== undefined) applyLogLevels(stack, options.logLevels);
}

function applyConcurrency(stack: Stack, options: FunctionOptions): void {
  const { reservedConcurrency, accountConcurrency } = options;
  for (const [name, limit] of Object.entries(reservedConcurrency)) {
    const properties = propertiesOf(functionNamed(stack, 'reservedConcurrency', name));
    properties.reservedConcurrentExecutions = limit;
  }
  const reserved = Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0);
  const max = Math.max(accountConcurrency - unreserved, 0);
  if (reserved > max) {
    throw new Error(
      `reservedConcurrency: must be at most ${max} in total, because Lambda leaves ${unreserved} of accountConcurrency unreserved`,
    );
  }
}

function applyMemory(stack: Stack, { defaultMemory, memory }: FunctionOptions): void {
  for (const properties of functionsOf(stack).map(propertiesOf)) {
    if (properties.memorySize === defaultMemorySize) properties.memorySize = defaultMemory;
  }
  for (const [name, megabytes] of Object.entries(memory)) {
    propertiesOf(functionNamed(stack, 'functionMemory', name)).memorySize = megabytes;
  }
}

function applyLogLevels(stack: Stack, { application, system }: LogLevels): void {
  for (const properties of functionsOf(stack).map(propertiesOf)) {
    properties.loggingConfig = {
      ...properties.loggingConfig,
      // Lambda filters by level only in this format.
      logFormat: 'JSON',
      applicationLogLevel: application,
      systemLogLevel: system,
    };
  }
}
