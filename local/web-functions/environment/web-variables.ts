import type { RevisionDefinition } from '#local/web-functions/definition/web-function-definition.ts';

/**
 * Returns the variables that Lambda sets for a web function; a template cannot override them. The
 * names of the function, its log group and its log stream are not among them, as on AWS.
 */
export function webVariables(
  { root, runtime, logging }: RevisionDefinition,
  address: string,
): Record<string, string> {
  return {
    AWS_LAMBDA_HTTP_ENDPOINT: address,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'native-http',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    LAMBDA_TASK_ROOT: root,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
  };
}
