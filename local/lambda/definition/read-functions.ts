import { join } from 'node:path';
import type {
  AsyncConfig,
  Concurrency,
  FunctionDefinition,
  Layer,
  LoggingConfig,
} from '#local/lambda/definition/function-definition.ts';
import { prepareCode, type CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { resolveAssetFolder, RemoteCodeError } from '#local/lambda/definition/asset-path.ts';
import { unsupportedReason } from '#local/lambda/environment/runtimes.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** All the functions of some stacks, their code made ready to run. */
export async function readFunctions(
  stacks: readonly OpenStack[],
  settings: CodeSettings,
): Promise<readonly FunctionDefinition[]> {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const layerResources = ofType('AWS::Lambda::LayerVersion');
  const layers = await presentOnes(layerResources, settings, (item) => readLayer(item, settings));
  const surroundings = {
    settings,
    layers,
    configs: ofType('AWS::Lambda::EventInvokeConfig'),
    aliases: ofType('AWS::Lambda::Alias'),
  };
  const functions = ofType('AWS::Lambda::Function').filter((item) => isHosted(item, settings));
  return presentOnes(functions, settings, (item) => readFunction(item, surroundings));
}

/** Those whose code is here; the others are named, and left out. */
async function presentOnes<Read>(
  resources: readonly Resource[],
  { warn }: CodeSettings,
  read: (resource: Resource) => Promise<Read>,
): Promise<readonly Read[]> {
  const found = await Promise.all(
    resources.map(async (resource) => {
      try {
        return [await read(resource)];
      } catch (error) {
        if (!(error instanceof RemoteCodeError)) throw error;
        warn(error.message);
        return [];
      }
    }),
  );
  return found.flat();
}

function isHosted({ key, properties }: Resource, { warn }: CodeSettings): boolean {
  const isImage = properties.optionalText('PackageType') === 'Image';
  const why = isImage
    ? 'container images are not hosted here'
    : unsupportedReason(properties.text('Runtime'));
  if (why !== undefined) warn(`${key}: ${why}`);
  return why === undefined;
}

interface Surroundings {
  readonly settings: CodeSettings;
  readonly layers: readonly Layer[];
  readonly configs: readonly Resource[];
  readonly aliases: readonly Resource[];
}

async function readFunction(
  resource: Resource,
  { settings, layers, configs, aliases }: Surroundings,
): Promise<FunctionDefinition> {
  const { key, logicalId, properties, stack } = resource;
  const name = String(stack.scope.ref(logicalId));
  const arn = String(stack.scope.attribute(logicalId, 'Arn'));
  const isOwn = (item: Resource): boolean =>
    isNameOf({ name, arn }, item.properties.text('FunctionName'));
  const runtime = properties.text('Runtime');
  const own = aliases.filter(isOwn).map((item) => item.properties.text('Name'));
  return {
    key,
    name,
    arn,
    ...(await prepareCode(resource, settings)),
    description: properties.optionalText('Description') ?? '',
    handler: runtime.startsWith('provided')
      ? (properties.optionalText('Handler') ?? 'bootstrap')
      : properties.text('Handler'),
    runtime,
    role: properties.optionalText('Role') ?? '',
    architecture: properties.texts('Architectures')[0] ?? 'x86_64',
    layers: readLayers(resource, layers, settings),
    memoryMb: within(resource, { name: 'MemorySize', fallback: 128, least: 128, most: 10_240 }),
    timeoutMs: within(resource, { name: 'Timeout', fallback: 3, least: 1, most: 900 }) * 1000,
    environment: readEnvironment(resource),
    concurrency: readConcurrency(resource),
    logging: readLogging(resource, name),
    asynchronous: readAsync(resource, configs.find(isOwn)),
    aliases: own,
  };
}

/** Lambda takes 4 KB of variables in all, and keeps its own to itself. */
function readEnvironment({ key, properties }: Resource): Readonly<Record<string, string>> {
  const variables = properties.nested('Environment').textMap('Variables');
  const size = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  if (size > 4096)
    throw new Error(`${key}.Environment.Variables: must be at most 4096 bytes in all`);
  const reserved = Object.keys(variables).find((name) => reservedVariables.has(name));
  if (reserved !== undefined) {
    throw new Error(`${key}.Environment.Variables: ${reserved} is reserved by Lambda`);
  }
  return variables;
}

const reservedVariables: ReadonlySet<string> = new Set([
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
  return limit === undefined ? { type: 'account', limit: 1_000 } : { type: 'reserved', limit };
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

async function readLayer(
  { key, logicalId, properties, stack }: Resource,
  settings: CodeSettings,
): Promise<Layer> {
  const owner = { place: `${key}.Content`, template: stack.template };
  const target = join(settings.folder, `layer-${key.replaceAll(/[^\w-]/gu, '-')}`);
  const folder = await resolveAssetFolder(owner, properties.raw('Content'), target);
  return { folder, arn: String(stack.scope.ref(logicalId)) };
}

function readLayers(
  { key, properties }: Resource,
  layers: readonly Layer[],
  { warn }: CodeSettings,
): readonly Layer[] {
  return properties.texts('Layers').flatMap((arn) => {
    const layer = layers.find((each) => each.arn === arn);
    if (layer === undefined) warn(`${key}: layer ${arn} is not in the template, and left out`);
    return layer ?? [];
  });
}

interface Limits {
  readonly name: string;
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
}

function within({ key, properties }: Resource, { name, fallback, least, most }: Limits): number {
  const value = properties.number(name, fallback);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${key}.${name}: must be a whole number from ${least} to ${most}, not ${value}`);
}

/** Whether what calls a function by name or ARN, perhaps with a version or alias, means this one. */
export function isNameOf(
  own: { readonly name: string; readonly arn: string },
  given: string,
): boolean {
  if (given.startsWith(own.arn)) return /^(?::[\w$-]+)?$/u.test(given.slice(own.arn.length));
  return given === own.name || given.startsWith(`${own.name}:`);
}
