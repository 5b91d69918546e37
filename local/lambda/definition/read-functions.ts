import type {
  AsyncConfig,
  Concurrency,
  FunctionDefinition,
  Layer,
  LoggingConfig,
} from '#local/lambda/definition/function-definition.ts';
import { readImage, type ImageCode } from '#local/lambda/definition/image/read-image.ts';
import { prepareCode, type CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { performedFunctions } from '#local/lambda/definition/performed-functions.ts';
import {
  layersOf,
  readAvailable,
  readLayers,
  readLayerVersions,
} from '#local/lambda/definition/read-layers.ts';
import { missingSdkPackages } from '#local/lambda/definition/sdk-packages.ts';
import { adapterNotices } from '#local/lambda/definition/web-adapter.ts';
import { unsupportedReason } from '#local/lambda/environment/runtimes.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/**
 * Reads all functions of the stacks and prepares their code. Warns of functions that cannot run.
 */
export async function readFunctions(
  stacks: readonly OpenStack[],
  settings: CodeSettings,
): Promise<readonly FunctionDefinition[]> {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const performed = performedFunctions(stacks);
  const isPerformed = ({ stack, logicalId }: Resource): boolean =>
    performed.has(stack.scope.attribute(logicalId, 'Arn'));
  const all = ofType('AWS::Lambda::Function');
  const functions = all
    .filter((item) => !isPerformed(item))
    .filter((item) => isHosted(item, settings));
  const unneeded = layersOf(all.filter(isPerformed)).difference(layersOf(functions));
  const layers = await readLayerVersions(stacks, unneeded, settings);
  const context = {
    settings,
    layers,
    configs: ofType('AWS::Lambda::EventInvokeConfig'),
    aliases: ofType('AWS::Lambda::Alias'),
  };
  const definitions = await readAvailable(functions, settings, (item) =>
    readFunction(item, context),
  );
  for (const definition of definitions) {
    warnOfMissing(definition, settings);
    adapterNotices(definition).forEach(settings.warn);
  }
  return definitions;
}

function isImage({ properties }: Resource): boolean {
  return properties.optionalText('PackageType') === 'Image';
}

function isHosted(resource: Resource, { warn }: CodeSettings): boolean {
  const { key, properties } = resource;
  const reason = isImage(resource) ? undefined : unsupportedReason(properties.text('Runtime'));
  if (reason !== undefined) warn(`${key}: ${reason}`);
  return reason === undefined;
}

interface FunctionContext {
  readonly settings: CodeSettings;
  readonly layers: readonly Layer[];
  readonly configs: readonly Resource[];
  readonly aliases: readonly Resource[];
}

async function readFunction(
  resource: Resource,
  { settings, layers, configs, aliases }: FunctionContext,
): Promise<FunctionDefinition> {
  const { key, logicalId, properties, stack } = resource;
  const name = String(stack.scope.ref(logicalId));
  const arn = String(stack.scope.attribute(logicalId, 'Arn'));
  const isOwn = (item: Resource): boolean =>
    isNameOf({ name, arn }, item.properties.text('FunctionName'));
  const code = isImage(resource)
    ? await readImage(resource, settings)
    : await readArchive(resource, settings);
  const ownAliases = aliases.filter(isOwn).map((item) => item.properties.text('Name'));
  return {
    key,
    name,
    arn,
    ...code,
    description: properties.optionalText('Description') ?? '',
    project: stack.template.folder,
    role: properties.optionalText('Role') ?? '',
    architecture: properties.texts('Architectures')[0] ?? 'x86_64',
    ...(await readLayers(resource, layers, settings)),
    memoryMb: readWholeNumber(resource, {
      name: 'MemorySize',
      fallback: 128,
      min: 128,
      max: 10_240,
    }),
    timeoutMs: readWholeNumber(resource, { name: 'Timeout', fallback: 3, min: 1, max: 900 }) * 1000,
    environment: { ...code.environment, ...readEnvironment(resource) },
    concurrency: readConcurrency(resource),
    logging: readLogging(resource, name),
    asynchronous: readAsync(resource, configs.find(isOwn)),
    aliases: ownAliases,
  };
}

/** Reads the code of a function that is no image. */
async function readArchive(resource: Resource, settings: CodeSettings): Promise<ImageCode> {
  const { properties } = resource;
  const runtime = properties.text('Runtime');
  const handler = runtime.startsWith('provided')
    ? (properties.optionalText('Handler') ?? 'bootstrap')
    : properties.text('Handler');
  return { ...(await prepareCode(resource, settings)), runtime, handler, environment: {} };
}

function warnOfMissing(definition: FunctionDefinition, { warn }: CodeSettings): void {
  for (const name of missingSdkPackages(definition)) {
    const remedy = `add it to your project: npm install --save-dev ${name}`;
    warn(`${definition.key}: Lambda has ${name}, which is not installed here; ${remedy}`);
  }
}

/** Lambda allows 4 KB of variables in total, and reserves the names of its own. */
function readEnvironment({ key, properties }: Resource): Readonly<Record<string, string>> {
  const variables = properties.nested('Environment').textMap('Variables');
  const size = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  if (size > 4096)
    throw new Error(`${key}.Environment.Variables: must be at most 4096 bytes in total`);
  const reserved = Object.keys(variables).find((name) => reservedVariables.has(name));
  if (reserved !== undefined) {
    throw new Error(`${key}.Environment.Variables: ${reserved} is reserved by Lambda`);
  }
  return variables;
}

export const reservedVariables: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

function readConcurrency({ properties }: Resource): Concurrency {
  const limit = properties.optionalNumber('ReservedConcurrentExecutions');
  return limit === undefined ? { type: 'account' } : { type: 'reserved', limit };
}

function readLogging({ properties }: Resource, name: string): LoggingConfig {
  const config = properties.nested('LoggingConfig');
  const format = config.choice('LogFormat', ['Text', 'JSON'], 'Text');
  const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
  return {
    format,
    applicationLevel: config.choice('ApplicationLogLevel', levels, 'INFO'),
    systemLevel: config.choice('SystemLogLevel', ['DEBUG', 'INFO', 'WARN'], 'INFO'),
    group: config.optionalText('LogGroup') ?? `/aws/lambda/${name}`,
  };
}

function readAsync({ properties }: Resource, config: Resource | undefined): AsyncConfig {
  const destinations = config?.properties.nested('DestinationConfig');
  return {
    retries: config?.properties.number('MaximumRetryAttempts', 2) ?? 2,
    maxAgeMs: (config?.properties.number('MaximumEventAgeInSeconds', 21_600) ?? 21_600) * 1000,
    onSuccess: destinations?.nested('OnSuccess').optionalText('Destination'),
    onFailure: destinations?.nested('OnFailure').optionalText('Destination'),
    deadLetters: properties.nested('DeadLetterConfig').optionalText('TargetArn'),
  };
}

interface NumberProperty {
  readonly name: string;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function readWholeNumber(
  { key, properties }: Resource,
  { name, fallback, min, max }: NumberProperty,
): number {
  const value = properties.number(name, fallback);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${key}.${name}: must be a whole number from ${min} to ${max}, not ${value}`);
}

/** Whether a name or ARN, with or without a version or alias, identifies this function. */
export function isNameOf(
  { name, arn }: { readonly name: string; readonly arn: string },
  nameOrArn: string,
): boolean {
  if (nameOrArn.startsWith(arn)) return /^(?::[\w$-]+)?$/u.test(nameOrArn.slice(arn.length));
  return nameOrArn === name || nameOrArn.startsWith(`${name}:`);
}
