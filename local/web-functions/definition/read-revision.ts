import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { reservedVariables } from '#local/lambda/definition/read-functions.ts';
import { findCode } from '#local/web-functions/definition/find-code.ts';
import type { WebFunctionIdentity } from '#local/web-functions/definition/read-web-functions.ts';
import type {
  RevisionDefinition,
  WebLoggingConfig,
} from '#local/web-functions/definition/web-function-definition.ts';
import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

/** The runtimes of web functions. */
const runtimes = ['nodejs22.x', 'nodejs24.x'];

/** The file that runs, if a variable names none. */
const defaultEntryPoint = 'index.js';
const entryPointVariable = 'AWS_LAMBDA_NODEJS_ENTRYPOINT';

/**
 * Reads an AWS::Lambda::WebFunctionRevision. Throws an error that names the invalid property, and
 * `RemoteCodeError` if its code is not on this machine.
 */
export async function readRevision(
  resource: Resource,
  { name }: WebFunctionIdentity,
  settings: CodeSettings,
): Promise<RevisionDefinition> {
  const { key, logicalId, properties, stack } = resource;
  const build = properties.nested('BuildConfig');
  const s3 = build.nested('CodeConfig').nested('S3Object');
  const object = {
    bucket: s3.text('Bucket'),
    key: s3.text('Key'),
    versionId: s3.optionalText('VersionId'),
  };
  const service = properties.nested('ServiceConfig');
  const environment = readVariables(service);
  const { [entryPointVariable]: entryPoint = defaultEntryPoint } = environment;
  return {
    key,
    object,
    environment,
    entryPoint,
    id: String(stack.scope.attribute(logicalId, 'RevisionId')),
    arn: String(stack.scope.ref(logicalId)),
    description: properties.optionalText('Description'),
    runtime: readRuntime(build.nested('RuntimeConfig')),
    role: service.text('ExecutionRoleArn'),
    timeoutMs: readWhole(service, 'TimeoutSeconds', { fallback: 30, min: 3, max: 900 }) * 1000,
    maxConcurrency: readWhole(service, 'MaxConcurrencyPerEnvironment', {
      fallback: 64,
      min: 1,
      max: 128,
    }),
    logging: readLogging(service.nested('TelemetryConfig').nested('LoggingConfig'), name),
    root: await findCode(resource, object, settings),
  };
}

function readRuntime(config: Properties): string {
  const runtime = config.text('Runtime');
  if (runtimes.includes(runtime)) return runtime;
  throw new Error(
    `${config.key}.Runtime: web functions run on ${runtimes.join(' and ')}, not on ${runtime}`,
  );
}

/** Lambda allows 32 KB of variables in all, and reserves those of its own. */
function readVariables(service: Properties): Readonly<Record<string, string>> {
  const place = `${service.key}.EnvironmentVariables`;
  const variables = service.textMap('EnvironmentVariables');
  const reserved = Object.keys(variables).find(isReserved);
  if (reserved !== undefined) throw new Error(`${place}: ${reserved} is reserved by Lambda`);
  const bytes = Object.entries(variables).flat().join('');
  if (Buffer.byteLength(bytes) <= 32 * 1024) return variables;
  throw new Error(`${place}: must be at most 32768 bytes in total`);
}

function isReserved(name: string): boolean {
  if (name === entryPointVariable) return false;
  return name.startsWith('AWS_LAMBDA_') || reservedVariables.has(name);
}

function readWhole(
  properties: Properties,
  name: string,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const value = properties.number(name, fallback);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(
    `${properties.key}.${name}: must be a whole number from ${min} to ${max}, not ${value}`,
  );
}

function readLogging(config: Properties, name: string): WebLoggingConfig {
  const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
  return {
    group: config.optionalText('LogGroup') ?? `/aws/lambda/web/${name}`,
    applicationLevel: config.choice('ApplicationLogLevel', levels, 'INFO'),
    systemLevel: config.choice('SystemLogLevel', ['DEBUG', 'INFO', 'WARN'], 'INFO'),
  };
}
