import { randomUUID } from 'node:crypto';
import { Environment, type Invocation } from '#local/lambda/environment/environment.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/**
 * The timeout of an on-demand function's init phase. A second attempt counts as invocation time.
 */
const initLimitMs = 10_000;

export interface FunctionHostSettings {
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
  readonly #all = new Set<Promise<Environment>>();
  /** The environment used last is the warmest, so it is reused first. */
  #idle: Environment[] = [];
  /** Environments with outdated code, which end once they are idle. */
  #outdated: ReadonlySet<Promise<Environment>> = new Set();
  #pids: readonly number[] = [];
  #isClosed = false;

  constructor(settings: FunctionHostSettings) {
    this.#settings = settings;
    this.definition = settings.definition;
  }

  /** Runs one invocation. Returns `throttled` if the function is at its concurrency limit. */
  async invoke(invocation: Invocation): Promise<InvocationResult | 'throttled'> {
    const isFull = this.#all.size >= this.definition.concurrency.limit;
    if (this.#isClosed || (this.#idle.length === 0 && isFull)) return 'throttled';
    const first = await this.#run(this.#idle.pop() ?? (await this.#start('init')), invocation);
    if (first.type !== 'init-failed') return first;
    // Lambda retries the init phase once, within the timeout of the invocation.
    const second = this.#isClosed
      ? first
      : await this.#run(await this.#start('invoke'), invocation);
    if (second.type !== 'init-failed') return second;
    invocation.onFinished?.([]);
    return { type: 'error', error: second.error };
  }

  /**
   * Starts new environments for new invocations; invocations in progress finish in the old ones.
   */
  reload(): void {
    this.#outdated = new Set(this.#all);
    for (const environment of this.#idle) void environment.kill();
    this.#idle = [];
  }

  /** The process ids of the current environments. */
  pids(): readonly number[] {
    return this.#pids;
  }

  /** How many environments are starting for an invocation, or running one. */
  busy(): number {
    return this.#all.size - this.#idle.length;
  }

  /** Kills all environments. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const environments = await Promise.all(this.#all);
    await Promise.all(environments.map((environment) => environment.kill()));
  }

  #start(phase: 'init' | 'invoke'): Promise<Environment> {
    const { definition, bootstraps, variables, flags, log } = this.#settings;
    const stream = newLogStream();
    const starting = Environment.start({
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
      onIdle: (idle) => {
        if (this.#outdated.has(starting)) void idle.kill();
        else this.#idle.push(idle);
      },
      onExit: (exited) => {
        this.#all.delete(starting);
        this.#pids = this.#pids.filter((pid) => pid !== exited.pid);
        this.#idle = this.#idle.filter((each) => each !== exited);
      },
    });
    this.#all.add(starting);
    return starting;
  }

  async #run(environment: Environment, invocation: Invocation): Promise<EnvironmentResult> {
    const { pid } = environment;
    if (pid !== undefined) this.#pids = [...new Set([...this.#pids, pid])];
    return environment.invoke(invocation);
  }
}

type EnvironmentResult = Awaited<ReturnType<Environment['invoke']>>;

/** The name of an environment's log stream in Lambda's form: `2026/11/21/[$LATEST]…`. */
function newLogStream(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

/** The variables that Lambda sets; a template cannot override them. */
function runtimeVariables(
  { name, handler, root, memoryMb, runtime, logging }: FunctionDefinition,
  stream: string,
): Record<string, string> {
  const format =
    logging.format === 'JSON'
      ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel }
      : { AWS_LAMBDA_LOG_FORMAT: 'Text' };
  return {
    ...format,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: root,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: stream,
    TZ: ':UTC',
  };
}
