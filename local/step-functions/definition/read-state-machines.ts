import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '#local/step-functions/definition/definition.ts';
import { DefinitionError, type Diagnostic } from '#local/step-functions/definition/diagnostics.ts';
import { readMachine, type ReadMachine } from '#local/step-functions/definition/read-machine.ts';
import {
  readDeclaredLogging,
  type LoggingConfiguration,
} from '#local/step-functions/logging/logging-configuration.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';
import { resolve } from '#local/template/intrinsics.ts';
import type { Resource } from '#local/template/stacks.ts';
import { parseTemplate } from '#local/template/text.ts';

/** A state machine that can run. */
export interface StateMachine {
  readonly key: string;
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  /** The definition, in JSON. */
  readonly definition: string;
  readonly machine: Machine;
  readonly timeoutSeconds: number | undefined;
  readonly logging: LoggingConfiguration;
}

/**
 * Reads a resource of type AWS::StepFunctions::StateMachine. Throws an error with one line for each
 * problem in its definition. `warn` receives what is not hosted here.
 */
export function readStateMachine(
  resource: Resource,
  warn: (message: string) => void,
): StateMachine {
  const { key, logicalId, properties, stack } = resource;
  const definition = readDefinition(resource);
  const type = properties.choice('StateMachineType', ['STANDARD', 'EXPRESS'], 'STANDARD');
  const { machine, timeoutSeconds } = readHosted(key, { definition, type, warn });
  return {
    key,
    machine,
    timeoutSeconds,
    type,
    arn: String(stack.scope.ref(logicalId)),
    name: String(stack.scope.attribute(logicalId, 'Name')),
    roleArn: properties.optionalText('RoleArn') ?? '',
    definition: JSON.stringify(definition),
    logging: readDeclaredLogging(properties),
  };
}

interface DeclaredMachine {
  readonly definition: Json;
  readonly type: StateMachine['type'];
  readonly warn: (message: string) => void;
}

function readHosted(key: string, { definition, type, warn }: DeclaredMachine): ReadMachine {
  try {
    const read = readMachine(definition, type);
    for (const { location, message } of read.notices) warn(`${key}${location}: ${message}`);
    const refusals = read.refusals.map(({ location, message }) => `${key}${location}: ${message}`);
    if (refusals.length > 0) throw new Error(refusals.join('\n'));
    return read;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const lines = error.diagnostics.map((diagnostic) => `${key}${toLine(diagnostic)}`);
    throw new Error(lines.join('\n'), { cause: error });
  }
}

function toLine({ location = '', message }: Diagnostic): string {
  return `${location === '/' ? '' : location}: ${message}`;
}

/** Reads the definition from the template, as text or as an object, or from a file. */
function readDefinition(resource: Resource): Json {
  const { key, properties } = resource;
  const substitutions = properties.textMap('DefinitionSubstitutions');
  const text = properties.optionalText('DefinitionString') ?? readDefinitionFile(resource);
  const definition =
    text === undefined
      ? properties.raw('Definition')
      : parseTemplate(substitute(text, substitutions), key, resource.stack.warn);
  if (!isRecord(definition)) throw new Error(`${key}: has no definition`);
  return record(substituteAll(definition, substitutions));
}

function readDefinitionFile({ key, properties, stack }: Resource): string | undefined {
  const location = properties.raw('DefinitionS3Location');
  if (location === undefined) return undefined;
  const { template, scope } = stack;
  const path =
    typeof location === 'string' ? location : template.assets.get(String(record(location)['Key']));
  if (path === undefined || path.startsWith('s3:')) {
    throw new Error(`${key}.DefinitionS3Location: must be a local file`);
  }
  const file = typeof location === 'string' ? join(template.folder, path) : path;
  const text = readFileSync(file, 'utf8');
  // A YAML file may contain CloudFormation's intrinsic functions.
  return /\.ya?ml$/u.test(file)
    ? JSON.stringify(resolve(parseTemplate(text, file, stack.warn), scope))
    : text;
}

type Substitutions = Readonly<Record<string, string>>;

function substitute(text: string, substitutions: Substitutions): string {
  return text.replaceAll(/\$\{(\w+)\}/gu, (whole, name: string) =>
    Object.hasOwn(substitutions, name) ? (substitutions[name] ?? whole) : whole,
  );
}

function substituteAll(value: unknown, substitutions: Substitutions): unknown {
  if (typeof value === 'string') return substitute(value, substitutions);
  if (Array.isArray(value)) return value.map((item) => substituteAll(item, substitutions));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, substituteAll(item, substitutions)]),
  );
}
