/** A function as the template declares it, every reference resolved. */
export interface FunctionDefinition {
  /** Its logical id, by which the state file and the log call it. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly handler: string;
  readonly runtime: string;
  readonly role: string;
  readonly architecture: string;
  /** The folder with its code. */
  readonly root: string;
  /** The folders that its code is made from. */
  readonly sources: readonly string[];
  /** Makes its code anew from what has changed. */
  rebuild(): Promise<void>;
  /** The folders of its layers, the first lowest, as they lie over each other in `/opt`. */
  readonly layers: readonly Layer[];
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** How many environments it may have at once. */
  readonly concurrency: Concurrency;
  readonly logging: LoggingConfig;
  readonly asynchronous: AsyncConfig;
  /** The names under which it may be called beside its own. */
  readonly aliases: readonly string[];
}

export interface Layer {
  readonly arn: string;
  readonly folder: string;
}

/** A function without a reservation shares the account's 1,000. */
export type Concurrency =
  | { readonly type: 'reserved'; readonly limit: number }
  | { readonly type: 'account'; readonly limit: number };

export interface LoggingConfig {
  readonly format: 'Text' | 'JSON';
  /** The least severe level of the function's own lines in JSON. */
  readonly applicationLevel: LogLevel;
  /** The least severe level of Lambda's own lines in JSON. */
  readonly systemLevel: 'DEBUG' | 'INFO' | 'WARN';
  readonly group: string;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** What becomes of events that nobody waits for. */
export interface AsyncConfig {
  readonly retries: number;
  readonly maxAgeMs: number;
  /** ARNs of a queue or a function. */
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly deadLetters: string | undefined;
}
