import { randomUUID } from 'node:crypto';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import {
  EnvironmentPool,
  type EnvironmentEvents,
  type SharedSettings,
} from '#local/lambda/pool/environment-pool.ts';
import { runtimeVariables } from '#local/lambda/environment/environment-variables.ts';
import {
  Environment,
  type EndedInvocation,
  type InitPhase,
  type Invocation,
} from '#local/lambda/environment/environment.ts';
import type { InvocationMetrics } from '#local/lambda/invocation-metrics.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * The timeout of an on-demand function's init phase. A second attempt counts as invocation time.
 */
const initLimitMs = 10_000;

export interface FunctionHostSettings extends SharedSettings {
  readonly definition: FunctionDefinition;
  readonly bootstraps: Bootstraps;
  readonly variables: Readonly<Record<string, string>>;
  /** Flags of Node, for debugging. */
  readonly flags: readonly string[];
  readonly metrics: InvocationMetrics;
  /** Receives a line of the function's log, and where it belongs. */
  log(line: string, place: LogPlace): void;
}

/** The log group and the log stream of a line. */
export interface LogPlace {
  readonly group: string;
  readonly stream: string;
}

/** A state of a function's code and configuration. */
export interface Revision {
  readonly id: string;
  readonly modifiedAt: Date;
}

/** Runs a function. Each concurrent invocation has its own environment; idle ones are reused. */
export class FunctionHost {
  readonly #settings: FunctionHostSettings;
  readonly #pool: EnvironmentPool;
  #definition: FunctionDefinition;
  #revision: Revision;

  constructor(settings: FunctionHostSettings) {
    this.#settings = settings;
    this.#definition = settings.definition;
    this.#revision = this.#newRevision();
    this.#pool = new EnvironmentPool({
      ...settings,
      concurrency: settings.definition.concurrency,
      create: (phase, events) => this.#create(phase, events),
    });
  }

  /** The function as it is now. */
  get definition(): FunctionDefinition {
    return this.#definition;
  }

  get revision(): Revision {
    return this.#revision;
  }

  /**
   * Changes the function. New invocations start new environments; invocations in progress finish in
   * the old ones.
   */
  update(changes: Partial<FunctionDefinition>): void {
    this.#definition = { ...this.#definition, ...changes };
    this.#revision = this.#newRevision();
    this.#pool.reload();
  }

  /**
   * Runs one invocation. Returns `throttled` if the function, or the account, is at its limit of
   * concurrency.
   */
  async invoke(invocation: Invocation): Promise<InvocationResult | 'throttled'> {
    const { metrics, account, clock } = this.#settings;
    const acquired = await this.#pool.acquire();
    if (acquired === 'throttled') {
      metrics.throttled();
      return 'throttled';
    }
    const beganAt = clock.now();
    const onFinished = (ended: EndedInvocation): void => {
      metrics.ended({ beganAt, ...ended });
      invocation.onFinished?.(ended);
    };
    const { environment, isReady } = acquired;
    const result = isReady ? environment.invoke({ ...invocation, onFinished }) : undefined;
    metrics.began({ ofFunction: this.#pool.busy(), ofAccount: account.busy() });
    if (result !== undefined) return result;
    onFinished({ isError: true, lines: [] });
    return { type: 'error', error: environment.initError(invocation.requestId) };
  }

  /**
   * Starts new environments for new invocations; invocations in progress finish in the old ones.
   */
  reload(): void {
    this.#pool.reload();
  }

  /** The process ids of the current environments. */
  pids(): readonly number[] {
    return this.#pool.pids();
  }

  /** How many invocations wait for an environment, or run in one. */
  busy(): number {
    return this.#pool.busy();
  }

  /** Kills all environments. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  #newRevision(): Revision {
    return { id: randomUUID(), modifiedAt: new Date(this.#settings.clock.now()) };
  }

  #create(phase: InitPhase, events: EnvironmentEvents): Environment {
    const { bootstraps, variables, flags, log } = this.#settings;
    const definition = this.#definition;
    const stream = newLogStream();
    return new Environment({
      ...events,
      definition,
      bootstraps,
      flags,
      phase,
      initLimitMs: phase === 'init' ? initLimitMs : definition.timeoutMs,
      variables: {
        ...variables,
        ...definition.environment,
        ...runtimeVariables(definition, stream),
      },
      log: (line) => log(line, { group: definition.logging.group, stream }),
    });
  }
}

/** The name of an environment's log stream in Lambda's form: `2026/11/21/[$LATEST]…`. */
function newLogStream(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}
