import { randomUUID } from 'node:crypto';
import { Environment } from '#local/lambda/environment.ts';
import type { FunctionDefinition } from '#local/lambda/function-definition.ts';
import type { RuntimeAnswer } from '#local/lambda/runtime-api.ts';

export interface FunctionHostSettings {
  readonly definition: FunctionDefinition;
  readonly bootstrap: string;
  readonly variables: Readonly<Record<string, string>>;
  log(line: string): void;
}

/** Runs a function: an environment for each invocation at a time, used again when it is free. */
export interface FunctionHost {
  readonly definition: FunctionDefinition;
  /** Runs one invocation; `throttled` when all environments it may have are busy. */
  invoke(requestId: string, payload: Buffer): Promise<RuntimeAnswer | 'throttled'>;
  /** The processes of the environments there are. */
  pids(): readonly number[];
  close(): Promise<void>;
}

export function createFunctionHost(settings: FunctionHostSettings): FunctionHost {
  const { definition } = settings;
  const all = new Set<Promise<Environment>>();
  // The one used last is the warmest, so it is used first.
  const idle: Environment[] = [];
  let pids: readonly number[] = [];
  let isClosed = false;

  function start(): Promise<Environment> {
    const starting = Environment.start({
      ...settings,
      variables: {
        ...definition.environment,
        ...settings.variables,
        ...runtimeVariables(definition),
      },
      onIdle: (free) => idle.push(free),
      onExit(gone) {
        all.delete(starting);
        pids = pids.filter((pid) => pid !== gone.pid);
        const position = idle.indexOf(gone);
        if (position !== -1) idle.splice(position, 1);
      },
    });
    all.add(starting);
    return starting;
  }

  return {
    definition,
    async invoke(requestId, payload) {
      if (isClosed || (idle.length === 0 && all.size >= definition.concurrency)) return 'throttled';
      const environment = idle.pop() ?? (await start());
      if (environment.pid !== undefined) pids = [...new Set([...pids, environment.pid])];
      return environment.invoke(requestId, payload);
    },
    pids: () => pids,
    async close() {
      isClosed = true;
      const environments = await Promise.all(all);
      await Promise.all(environments.map((environment) => environment.kill()));
    },
  };
}

/** The variables that Lambda itself sets; a template cannot take them over. */
function runtimeVariables(definition: FunctionDefinition): Record<string, string> {
  const { name, handler, root, memoryMb } = definition;
  return {
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: root,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    TZ: ':UTC',
  };
}
