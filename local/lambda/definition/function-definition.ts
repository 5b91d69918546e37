/** A function as declared in the template, with all references resolved. */
export interface FunctionDefinition {
  /** The logical id, which identifies the function in the state file and the log. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly handler: string;
  readonly runtime: string;
  readonly role: string;
  readonly architecture: string;
  /** The folder that contains the code. */
  readonly root: string;
  /** The folder of its template, above which are the packages of its project. */
  readonly project: string;
  /** The folders that the code is built from. */
  readonly sources: readonly string[];
  /** Builds the code again from its changed sources. */
  rebuild(): Promise<void>;
  /** The archive that the code was uploaded as, if it was. */
  readonly archive?: CodeArchive;
  /** What its container image starts, if its code is one. */
  readonly image?: ImageStart;
  /** The layers in the order of the template: later ones override earlier ones in `/opt`. */
  readonly layers: readonly Layer[];
  /** Whether the template names others, which are not here. */
  readonly lacksLayers?: boolean;
  /** Whether the Lambda Web Adapter is among its layers, or in one. */
  readonly hasWebAdapter: boolean;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** How many invocations may run at once. */
  readonly concurrency: Concurrency;
  readonly logging: LoggingConfig;
  readonly asynchronous: AsyncConfig;
  /** The aliases that it may be invoked by, in addition to its own name. */
  readonly aliases: readonly string[];
}

/** An image starts a runtime with the handler, or the program of a web application. */
export type ImageStart =
  | { readonly type: 'handler' }
  | { readonly type: 'application'; readonly program: string };

/** An archive of code, as Lambda reports it. */
export interface CodeArchive {
  /** In Base64. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface Layer {
  readonly arn: string;
  readonly folder: string;
}

/** Functions without reserved concurrency share what the account's limit leaves. */
export type Concurrency =
  | { readonly type: 'reserved'; readonly limit: number }
  | { readonly type: 'account' };

export interface LoggingConfig {
  readonly format: 'Text' | 'JSON';
  /** The least severe level of the function's own lines in JSON. */
  readonly applicationLevel: LogLevel;
  /** The least severe level of Lambda's own lines in JSON. */
  readonly systemLevel: 'DEBUG' | 'INFO' | 'WARN';
  readonly group: string;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** How asynchronous invocations are retried, and where their results are sent. */
export interface AsyncConfig {
  readonly retries: number;
  readonly maxAgeMs: number;
  /** The ARN of a queue or a function. */
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
  readonly deadLetters: string | undefined;
}
