import type { Json } from '#local/template/json.ts';

/** A state machine, or the part of one that a Map or Parallel state runs. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** What every state has. */
interface StateBase {
  readonly name: string;
  readonly language: QueryLanguage;
  /** The state after it; nothing where it is the last. */
  readonly next: string | undefined;
  /** JSONPath: `null` throws the input or output away. */
  readonly inputPath: string | null;
  readonly outputPath: string | null;
  readonly resultPath: string | null;
  /** `Parameters`, or `Arguments` in JSONata. */
  readonly parameters: unknown;
  readonly resultSelector: unknown;
  /** JSONata's `Output`. */
  readonly output: unknown;
  readonly assign: Json;
}

/** What states that may fail have. */
export interface Guards {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export type State =
  | (StateBase & { readonly type: 'Pass'; readonly result: unknown })
  | (StateBase &
      Guards & {
        readonly type: 'Task';
        readonly resource: string;
        /** A number of seconds, a path or an expression that gives one. */
        readonly timeout: unknown;
        readonly heartbeat: unknown;
      })
  | (StateBase & {
      readonly type: 'Choice';
      readonly choices: readonly ChoiceRule[];
      readonly otherwise: string | undefined;
    })
  | (StateBase & { readonly type: 'Wait'; readonly wait: WaitFor })
  | (StateBase & { readonly type: 'Succeed' })
  | (StateBase & { readonly type: 'Fail'; readonly error: Words; readonly cause: Words })
  | (StateBase & Guards & { readonly type: 'Parallel'; readonly branches: readonly Machine[] })
  | (StateBase &
      Guards & {
        readonly type: 'Map';
        readonly processor: Machine;
        /** JSONPath: where the items are; JSONata: the items, or an expression. */
        readonly items: unknown;
        readonly itemSelector: unknown;
        readonly maxConcurrency: unknown;
        readonly batch: Json | undefined;
        readonly toleratedCount: unknown;
        readonly toleratedPercentage: unknown;
      });

/** A text as it stands, or a path or intrinsic function that gives one. */
export interface Words {
  readonly text: string | undefined;
  readonly path: string | undefined;
}

export type StateOf<Type extends State['type']> = Extract<State, { readonly type: Type }>;

export interface WaitFor {
  readonly kind: 'seconds' | 'timestamp';
  /** A value, or a path or expression that gives it. */
  readonly value: unknown;
  readonly isPath: boolean;
}

export interface ChoiceRule {
  /** JSONPath: a comparison, or several joined; JSONata: `Condition`. */
  readonly condition: Json;
  readonly next: string;
  readonly output: unknown;
  readonly assign: Json;
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly hasJitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly resultPath: string | null;
  readonly output: unknown;
  readonly assign: Json;
}

/** An error of the States Language: a name that Retry and Catch look for, and what was behind it. */
export class StatesError extends Error {
  readonly error: string;
  readonly causeText: string;

  constructor(error: string, causeText: string) {
    super(`${error}: ${causeText}`);
    this.name = 'StatesError';
    this.error = error;
    this.causeText = causeText;
  }
}
