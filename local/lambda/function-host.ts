import { randomUUID } from 'node:crypto';
import { Environment, type Invocation } from '#local/lambda/environment/environment.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import type { RuntimeAnswer } from '#local/lambda/environment/runtime-api.ts';
import type { Bootstraps } from '#local/lambda/environment/runtimes.ts';

/** On-demand functions may take this long to start before an invocation pays for it. */
const initLimitMs = 10_000;

export interface FunctionHostSettings {
  readonly definition: FunctionDefinition;
  readonly bootstraps: Bootstraps;
  readonly variables: Readonly<Record<string, string>>;
  /** A line of the function's log, and the log stream it belongs to. */
  log(line: string, stream: string): void;
}

/** Runs a function: an environment for each invocation at a time, used again when it is free. */
export class FunctionHost {
  readonly definition: FunctionDefinition;
  readonly #settings: FunctionHostSettings;
  readonly #all = new Set<Promise<Environment>>();
  /** The one used last is the warmest, so it is used first. */
  #idle: Environment[] = [];
  /** Those that run older code, and end when they are free. */
  #outdated: ReadonlySet<Promise<Environment>> = new Set();
  #pids: readonly number[] = [];
  #isClosed = false;

  constructor(settings: FunctionHostSettings) {
    this.#settings = settings;
    this.definition = settings.definition;
  }

  /** Runs one invocation; `throttled` when all environments it may have are busy. */
  async invoke(invocation: Invocation): Promise<RuntimeAnswer | 'throttled'> {
    const isFull = this.#all.size >= this.definition.concurrency.limit;
    if (this.#isClosed || (this.#idle.length === 0 && isFull)) return 'throttled';
    const first = await this.#run(this.#idle.pop() ?? (await this.#start('init')), invocation);
    if (first.type !== 'init-failed') return first;
    // Lambda tries the init phase once more, in the invocation's own time.
    const second = this.#isClosed
      ? first
      : await this.#run(await this.#start('invoke'), invocation);
    if (second.type !== 'init-failed') return second;
    invocation.onFinished?.([]);
    return { type: 'error', error: second.error };
  }

  /** Has new invocations start in new environments; those under way end in theirs. */
  reload(): void {
    this.#outdated = new Set(this.#all);
    for (const environment of this.#idle) void environment.kill();
    this.#idle = [];
  }

  /** The processes of the environments there are. */
  pids(): readonly number[] {
    return this.#pids;
  }

  /** How many environments are starting for an invocation, or running one. */
  busy(): number {
    return this.#all.size - this.#idle.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const environments = await Promise.all(this.#all);
    await Promise.all(environments.map((environment) => environment.kill()));
  }

  #start(phase: 'init' | 'invoke'): Promise<Environment> {
    const { definition, bootstraps, variables, log } = this.#settings;
    const stream = newLogStream();
    const starting = Environment.start({
      definition,
      bootstraps,
      phase,
      initLimitMs: phase === 'init' ? initLimitMs : definition.timeoutMs,
      variables: {
        ...variables,
        ...definition.environment,
        ...runtimeVariables(definition, stream),
      },
      log: (line) => log(line, stream),
      onIdle: (free) => {
        if (this.#outdated.has(starting)) void free.kill();
        else this.#idle.push(free);
      },
      onExit: (gone) => {
        this.#all.delete(starting);
        this.#pids = this.#pids.filter((pid) => pid !== gone.pid);
        this.#idle = this.#idle.filter((each) => each !== gone);
      },
    });
    this.#all.add(starting);
    return starting;
  }

  async #run(environment: Environment, invocation: Invocation): Promise<Outcome> {
    const { pid } = environment;
    if (pid !== undefined) this.#pids = [...new Set([...this.#pids, pid])];
    return environment.invoke(invocation);
  }
}

type Outcome = Awaited<ReturnType<Environment['invoke']>>;

/** `2026/11/21/[$LATEST]…`, as Lambda names the log stream of an environment. */
function newLogStream(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}

/** The variables that Lambda itself sets; a template cannot take them over. */
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
