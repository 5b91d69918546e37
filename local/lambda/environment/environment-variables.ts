import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';

/** Returns the variables that Lambda sets; a template cannot override them. */
export function runtimeVariables(
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
