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

export interface Invoked {
  readonly requestId: string;
  readonly answer: RuntimeAnswer;
}

/** Runs a function: an environment for each invocation at a time, used again when it is free. */
export interface FunctionHost {
  readonly definition: FunctionDefinition;
  /** Runs one invocation; `throttled` when all environments it may have are busy. */
  invoke(payload: Buffer): Promise<Invoked | 'throttled'>;
  /** The processes of the environments there are. */
  pids(): readonly number[];
  close(): Promise<void>;
}

export function createFunctionHost(settings: FunctionHostSettings): FunctionHost {
  const { definition } = settings;
  const all = new Set<Environment>();
  // The one used last is the warmest, so it is used first.
  const idle: Environment[] = [];
  let starting = 0;

  async function start(): Promise<Environment> {
    starting += 1;
    try {
      const environment = await Environment.start({
        ...settings,
        variables: { ...settings.variables, ...runtimeVariables(definition) },
        onIdle: (free) => idle.push(free),
        onExit: forget,
      });
      all.add(environment);
      return environment;
    } finally {
      starting -= 1;
    }
  }

  function forget(environment: Environment): void {
    all.delete(environment);
    const position = idle.indexOf(environment);
    if (position !== -1) idle.splice(position, 1);
  }

  return {
    definition,
    async invoke(payload) {
      const requestId = randomUUID();
      if (idle.length === 0 && all.size + starting >= definition.concurrency) return 'throttled';
      const environment = idle.pop() ?? (await start());
      return { requestId, answer: await environment.invoke(requestId, payload) };
    },
    pids: () => [...all].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async close() {
      await Promise.all([...all].map((environment) => environment.kill()));
    },
  };
}

/** The variables that Lambda itself sets; a template cannot take them over. */
function runtimeVariables(definition: FunctionDefinition): Record<string, string> {
  const { name, handler, root, memoryMb } = definition;
  return {
    ...definition.environment,
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
