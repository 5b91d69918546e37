import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionDefinition, Layer } from '#local/lambda/definition/function-definition.ts';

/** Whether an ARN is that of the Lambda Web Adapter, which AWS publishes in each Region. */
export function isWebAdapter(arn: string): boolean {
  return /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:layer:LambdaAdapterLayer(?:X86|Arm64):\d+$/u.test(
    arn,
  );
}

/** Whether a layer has the adapter among its extensions. */
export function containsWebAdapter({ folder }: Layer): boolean {
  return existsSync(join(folder, 'extensions/lambda-adapter'));
}

/** The variable and the value by which a managed runtime is replaced by the application. */
const wrapper = { name: 'AWS_LAMBDA_EXEC_WRAPPER', value: '/opt/bootstrap' };

/**
 * Returns the program that starts the application of a function with the adapter: that of its
 * image, its handler, or the `bootstrap` of a custom runtime. Returns undefined if the function is not such an application.
 */
export function webApplication(definition: AdaptedFunction): string | undefined {
  const { hasWebAdapter, environment, runtime, root, handler, image } = definition;
  if (image?.type === 'application') return image.program;
  if (!hasWebAdapter) return undefined;
  if (environment[wrapper.name] === wrapper.value) return join(root, handler);
  return runtime.startsWith('provided') ? join(root, 'bootstrap') : undefined;
}

type AdaptedFunction = Pick<
  FunctionDefinition,
  'hasWebAdapter' | 'environment' | 'runtime' | 'root' | 'handler' | 'image'
>;

/** Returns what a function asks of the adapter in vain, each as a notice. */
export function adapterNotices(definition: AdaptedFunction & { readonly key: string }): string[] {
  const { key, hasWebAdapter, environment } = definition;
  if (!hasWebAdapter) return [];
  const proxy = 'AWS_LWA_LAMBDA_RUNTIME_API_PROXY';
  return [
    ...(webApplication(definition) === undefined
      ? [`${key}: the Lambda Web Adapter needs ${wrapper.name}=${wrapper.value}`]
      : []),
    ...(environment[proxy] === undefined ? [] : [`${key}: ${proxy} has no effect here`]),
  ];
}
