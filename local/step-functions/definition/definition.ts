import type { Json } from '#local/template/json.ts';

/** A state machine, or the part of one that a Map or Parallel state runs. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** The language of the paths and expressions in a state. */
export type QueryLanguage = 'JSONPath' | 'JSONata';

/** The fields of every state. */
interface StateBase {
  readonly name: string;
  readonly language: QueryLanguage;
  /** The next state, or undefined if this is the last. */
  readonly next: string | undefined;
  /** In JSONPath, `null` discards the input or the output. */
  readonly inputPath: string | null;
  readonly outputPath: string | null;
  readonly resultPath: string | null;
  /** `Parameters`, or `Arguments` in JSONata. */
  readonly parameters: unknown;
  readonly resultSelector: unknown;
  /** `Output` in JSONata. */
  readonly output: unknown;
  readonly assign: Json;
}

/** The error handling of states that can fail. */
export interface ErrorHandlers {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

/** A state, by type. */
export type State =
  | (StateBase & { readonly type: 'Pass'; readonly result: unknown })
  | (StateBase &
      ErrorHandlers & {
        readonly type: 'Task';
        readonly resource: string;
        /** A number of seconds, or a path or expression that returns one. */
        readonly timeout: unknown;
        readonly heartbeat: unknown;
        /** The role with which it is called, as a template or an expression. */
        readonly credentials: unknown;
      })
  | (StateBase & {
      readonly type: 'Choice';
      readonly choices: readonly ChoiceRule[];
      readonly defaultNext: string | undefined;
    })
  | (StateBase & { readonly type: 'Wait'; readonly wait: WaitTime })
  | (StateBase & { readonly type: 'Succeed' })
  | (StateBase & { readonly type: 'Fail'; readonly error: TextOrPath; readonly cause: TextOrPath })
  | (StateBase &
      ErrorHandlers & { readonly type: 'Parallel'; readonly branches: readonly Machine[] })
  | (StateBase &
      ErrorHandlers & {
        readonly type: 'Map';
        readonly processor: Machine;
        /** In JSONPath the path to the items; in JSONata the items, or an expression. */
        readonly items: unknown;
        readonly itemSelector: unknown;
        readonly maxConcurrency: unknown;
        /** Absent if the items run in the execution itself. */
        readonly distributed: DistributedMap | undefined;
      });

/** How a Map state runs its items in executions of their own. */
export interface DistributedMap {
  readonly executionType: 'STANDARD' | 'EXPRESS';
  /** The part of ARNs that names the state. Without one it is derived from the state's name. */
  readonly label: string | undefined;
  readonly reader: Json | undefined;
  readonly batch: Json | undefined;
  readonly writer: Json | undefined;
  readonly toleratedCount: unknown;
  readonly toleratedPercentage: unknown;
}

/** A literal text, or a path or intrinsic function that returns one. */
export interface TextOrPath {
  readonly text: string | undefined;
  readonly path: string | undefined;
}

/** The states of one type. */
export type StateOf<Type extends State['type']> = Extract<State, { readonly type: Type }>;

/** How long a Wait state waits. */
export interface WaitTime {
  readonly kind: 'seconds' | 'timestamp';
  /** A value, or a path or expression that returns it. */
  readonly value: unknown;
  readonly isPath: boolean;
}

/** A rule of a Choice state. */
export interface ChoiceRule {
  /** In JSONPath a comparison, or several with And, Or and Not; in JSONata `Condition`. */
  readonly condition: Json;
  readonly next: string;
  readonly output: unknown;
  readonly assign: Json;
}

/** An entry of `Retry`. */
export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly hasJitter: boolean;
}

/** An entry of `Catch`. */
export interface Catcher {
  readonly errors: readonly string[];
  readonly next: string;
  readonly resultPath: string | null;
  readonly output: unknown;
  readonly assign: Json;
}

/**
 * An error of the States Language: a name, which Retry and Catch match, and its cause. A Fail state
 * may have neither, and a timeout has no cause.
 */
export class StatesError extends Error {
  readonly error: string | undefined;
  readonly causeText: string | undefined;

  constructor(error?: string, causeText?: string) {
    super(`${error ?? ''}: ${causeText ?? ''}`);
    this.name = 'StatesError';
    this.error = error;
    this.causeText = causeText;
  }
}
