import {
  readInput,
  type FunctionOperation,
  type LambdaResources,
} from '#local/lambda/api/lambda-call.ts';
import { checkRevision, invalidParameter } from '#local/lambda/api/lambda-errors.ts';
import { renderConfiguration } from '#local/lambda/api/render-configuration.ts';
import type {
  FunctionDefinition,
  Layer,
  LoggingConfig,
} from '#local/lambda/definition/function-definition.ts';
import { reservedVariables } from '#local/lambda/definition/read-functions.ts';
import { unsupportedReason } from '#local/lambda/environment/runtimes.ts';
import {
  anything,
  integer,
  list,
  map,
  oneOf,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';

/** What Lambda configures and this host does not have. */
const unhosted = {
  VpcConfig: anything,
  FileSystemConfigs: anything,
  ImageConfig: anything,
  EphemeralStorage: anything,
  TracingConfig: anything,
  KMSKeyArn: anything,
  SnapStart: anything,
  DurableConfig: anything,
  CapacityProviderConfig: anything,
};

const loggingShape = structure(
  {},
  {
    LogFormat: oneOf('JSON', 'Text'),
    ApplicationLogLevel: oneOf('TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'),
    SystemLogLevel: oneOf('DEBUG', 'INFO', 'WARN'),
    LogGroup: string({ min: 1, max: 512, pattern: String.raw`[\.\-_/#A-Za-z0-9]+` }),
  },
);

const inputShape = structure(
  {},
  {
    Description: string({ max: 256 }),
    Role: string({
      pattern: String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`,
    }),
    Handler: string({ max: 128, pattern: String.raw`[^\s]+` }),
    Runtime: string(),
    Timeout: integer({ min: 1, max: 900 }),
    MemorySize: integer({ min: 128, max: 10_240 }),
    Environment: structure({}, { Variables: map(string()) }),
    DeadLetterConfig: structure({}, { TargetArn: string() }),
    Layers: list(string({ min: 1, max: 140 })),
    LoggingConfig: loggingShape,
    RevisionId: string(),
    ...unhosted,
  },
);

type Input = Shaped<typeof inputShape>;

/** `UpdateFunctionConfiguration`: new invocations run with the changes, in new environments. */
export const updateConfiguration: FunctionOperation = (call, resources) => {
  const input = readInput(inputShape, call);
  const { host } = call;
  checkRevision(input.RevisionId, host.revision.id);
  const member = Object.keys(unhosted).find((name) => Object.hasOwn(input, name));
  if (member !== undefined) throw invalidParameter(`${member} is not hosted here.`);
  host.update(toChanges(input, host.definition, resources));
  return { status: 200, body: renderConfiguration(host) };
};

function toChanges(
  input: Input,
  { logging, asynchronous, ...definition }: FunctionDefinition,
  resources: LambdaResources,
): Partial<FunctionDefinition> {
  const { Timeout, Environment, DeadLetterConfig, Layers, LoggingConfig } = input;
  const deadLetters = DeadLetterConfig?.TargetArn;
  return {
    description: input.Description ?? definition.description,
    role: input.Role ?? definition.role,
    handler: input.Handler ?? definition.handler,
    runtime: input.Runtime === undefined ? definition.runtime : checkRuntime(input.Runtime),
    timeoutMs: Timeout === undefined ? definition.timeoutMs : Timeout * 1000,
    memoryMb: input.MemorySize ?? definition.memoryMb,
    environment:
      Environment === undefined
        ? definition.environment
        : checkVariables(Environment.Variables ?? {}),
    layers: Layers === undefined ? definition.layers : findLayers(Layers, resources),
    logging: { ...logging, ...toLogging(LoggingConfig) },
    // An empty ARN removes the dead letters.
    asynchronous:
      deadLetters === undefined
        ? asynchronous
        : { ...asynchronous, deadLetters: deadLetters === '' ? undefined : deadLetters },
  };
}

function checkRuntime(runtime: string): string {
  const reason = unsupportedReason(runtime);
  if (reason !== undefined) throw invalidParameter(`${reason}.`);
  return runtime;
}

const couldNotConfigure =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

/** The variables replace all others. Lambda reserves some names, and allows 4 KB in total. */
function checkVariables(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = Object.keys(variables);
  const reserved = names.filter((name) => reservedVariables.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${couldNotConfigure} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  const malformed = names.find((name) => !/^[a-zA-Z]\w+$/u.test(name));
  if (malformed !== undefined) {
    throw invalidParameter(`${couldNotConfigure} contains an invalid key: ${malformed}`);
  }
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) <= maxVariablesBytes) return variables;
  throw invalidParameter(`${couldNotConfigure} exceeded the 4KB limit. String measured: ${text}`);
}

const maxVariablesBytes = 4096;

/** Returns layers of the template, by their ARNs. */
function findLayers(arns: readonly string[], { functions }: LambdaResources): readonly Layer[] {
  const known = functions.all().flatMap(({ definition }) => definition.layers);
  return arns.map((arn) => {
    const layer = known.find((each) => each.arn === arn);
    if (layer === undefined) throw invalidParameter(`Layer version ${arn} does not exist.`);
    return layer;
  });
}

function toLogging(config: Input['LoggingConfig']): Partial<LoggingConfig> {
  const { LogFormat, ApplicationLogLevel, SystemLogLevel, LogGroup } = config ?? {};
  return {
    ...(LogFormat === undefined ? {} : { format: LogFormat }),
    ...(ApplicationLogLevel === undefined ? {} : { applicationLevel: ApplicationLogLevel }),
    ...(SystemLogLevel === undefined ? {} : { systemLevel: SystemLogLevel }),
    ...(LogGroup === undefined ? {} : { group: LogGroup }),
  };
}
