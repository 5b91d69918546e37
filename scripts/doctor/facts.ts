/** What is known of a stack. Whatever could not be read is undefined, and has a finding. */
export interface StackFacts {
  readonly name: string;
  readonly functions: readonly FunctionFacts[];
  readonly queues: readonly QueueFacts[];
  readonly sources: readonly SourceFacts[];
  readonly routes: readonly RouteFacts[];
  /** The origin of the chat page, if the stack has one. */
  readonly pageOrigin: string | undefined;
}

export interface FunctionFacts {
  readonly logicalId: string;
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: LogGroupFacts | undefined;
  readonly url: UrlFacts | undefined;
  /** The statements of its resource policy; none if it has no policy. */
  readonly policy: readonly StatementFacts[] | undefined;
  readonly reservedConcurrency: number | undefined;
}

export interface LogGroupFacts {
  readonly name: string;
  /** How long lines are kept; forever if absent. */
  readonly retentionDays: number | undefined;
}

export interface UrlFacts {
  readonly authType: string;
  readonly invokeMode: string;
  readonly allowOrigins: readonly string[];
}

export interface StatementFacts {
  readonly action: string;
  /** Whether it is for everybody. */
  readonly isPublic: boolean;
  /** The values of its conditions, by key. */
  readonly conditions: Readonly<Record<string, string>>;
}

export interface QueueFacts {
  readonly logicalId: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilitySeconds: number;
  readonly deadLetterArn: string | undefined;
  readonly waiting: number;
}

/** A queue that invokes a function. */
export interface SourceFacts {
  readonly queueArn: string;
  readonly functionName: string;
  readonly maximumConcurrency: number | undefined;
}

/** A method of the REST API that invokes a function. */
export interface RouteFacts {
  /** Such as `POST /chat`. */
  readonly route: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly streams: boolean;
}

/** What is known of a model that the stack may call. */
export interface ModelFacts {
  /** As the setting names it: a model, or an inference profile. */
  readonly id: string;
  readonly region: string;
  /** The functions that name it. */
  readonly functions: readonly string[];
  readonly model: ModelDetails | 'missing' | undefined;
  readonly access: 'granted' | 'missing' | undefined;
  /** The ids of the Region's inference profiles for the model. */
  readonly profiles: readonly string[] | undefined;
}

export interface ModelDetails {
  readonly isOnDemand: boolean;
  readonly isLegacy: boolean;
  readonly endsAt: Date | undefined;
}

export interface AccountFacts {
  /** How many functions may run at once. */
  readonly concurrency: number | undefined;
  /** How far this machine's clock is ahead of AWS, in milliseconds. */
  readonly skewMs: number | undefined;
}
