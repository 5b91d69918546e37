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
  type InitPhase,
  type Invocation,
} from '#local/lambda/environment/environment.ts';
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
  /** Receives a line of the function's log and the name of its log stream. */
  log(line: string, stream: string): void;
}

/** Runs a function. Each concurrent invocation has its own environment; idle ones are reused. */
export class FunctionHost {
  readonly definition: FunctionDefinition;
  readonly #settings: FunctionHostSettings;
  readonly #pool: EnvironmentPool;

  constructor(settings: FunctionHostSettings) {
    this.#settings = settings;
    this.definition = settings.definition;
    this.#pool = new EnvironmentPool({
      ...settings,
      concurrency: settings.definition.concurrency,
      create: (phase, events) => this.#create(phase, events),
    });
  }

  /**
   * Runs one invocation. Returns `throttled` if the function, or the account, is at its limit of
   * concurrency.
   */
  async invoke(invocation: Invocation): Promise<InvocationResult | 'throttled'> {
    const acquired = await this.#pool.acquire();
    if (acquired === 'throttled') return 'throttled';
    const { environment, isReady } = acquired;
    if (isReady) return environment.invoke(invocation);
    invocation.onFinished?.([]);
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

  #create(phase: InitPhase, events: EnvironmentEvents): Environment {
    const { definition, bootstraps, variables, flags, log } = this.#settings;
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
      log: (line) => log(line, stream),
    });
  }
}

/** The name of an environment's log stream in Lambda's form: `2026/11/21/[$LATEST]…`. */
function newLogStream(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}
