import type { LogLevel } from '#local/lambda/definition/function-definition.ts';

/** A web function of a template, with its revisions and endpoints. */
export interface WebFunctionDefinition {
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly revisions: readonly RevisionDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
}

/** Code and its settings, which never change. */
export interface RevisionDefinition {
  readonly key: string;
  readonly id: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly runtime: string;
  readonly role: string;
  /** The folder of the code. */
  readonly root: string;
  /** The file that is run, relative to the folder. */
  readonly entryPoint: string;
  /** Where the template says that the code is. */
  readonly object: CodeObject;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How many requests an environment answers at once. */
  readonly maxConcurrency: number;
  readonly logging: WebLoggingConfig;
}

/** An object of S3, as a revision names it. */
export interface CodeObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** The lines of web functions are always JSON. */
export interface WebLoggingConfig {
  readonly group: string;
  readonly applicationLevel: LogLevel;
  readonly systemLevel: 'DEBUG' | 'INFO' | 'WARN';
}

export interface EndpointDefinition {
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  /** Its name on AWS. Here it answers at a port of this machine, under this name too. */
  readonly domainName: string;
  /** Whether callers sign their requests, or the application decides who may call. */
  readonly authType: 'IamAuth' | 'ApplicationManaged';
  /** One revision, or two that share the requests. The weights add up to 100. */
  readonly weights: readonly RevisionWeight[];
  /** The most environments that run at once; without it, what the account allows. */
  readonly maxEnvironments: number | undefined;
  /** The most requests in a second. 0 blocks all of them. */
  readonly rateLimit: number | undefined;
}

export interface RevisionWeight {
  readonly revisionId: string;
  readonly weight: number;
}
