import type {
  Catcher,
  ChoiceRule,
  ErrorHandlers,
  QueryLanguage,
  Retrier,
  State,
  StateOf,
  WaitTime,
} from '#local/step-functions/definition/definition.ts';
import type { ReadContext } from '#local/step-functions/definition/read-context.ts';
import {
  activityReason,
  isActivity,
  readResource,
  unhostedReason,
} from '#local/step-functions/definition/resources.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Reads a state of a valid definition. Reports what is not hosted here to the context. */
export function readState(name: string, definition: Json, context: ReadContext): State {
  const language = readLanguage(definition, context);
  const base = {
    name,
    language,
    next: asText(definition['Next']),
    inputPath: readPath(definition, 'InputPath'),
    outputPath: readPath(definition, 'OutputPath'),
    resultPath: readPath(definition, 'ResultPath'),
    parameters: language === 'JSONPath' ? definition['Parameters'] : definition['Arguments'],
    resultSelector: definition['ResultSelector'],
    output: definition['Output'],
    assign: record(definition['Assign']),
  };
  return { ...base, ...readOwnFields(definition, context) };
}

/** A state has the language of its machine, or its own. */
function readLanguage({ QueryLanguage: own }: Json, { language }: ReadContext): QueryLanguage {
  return own === 'JSONPath' || own === 'JSONata' ? own : language;
}

function readPath(definition: Json, member: string): string | null {
  const { [member]: path } = definition;
  return path === null ? null : (asText(path) ?? '$');
}

/** What states have in addition to the fields of every state, by type. */
type OwnFields = {
  [Type in State['type']]: Omit<Extract<State, { type: Type }>, keyof StateBase> & { type: Type };
};
type StateBase = Omit<Extract<State, { type: 'Succeed' }>, 'type'>;

function readOwnFields(definition: Json, context: ReadContext): OwnFields[State['type']] {
  switch (definition['Type']) {
    case 'Pass':
      return { type: 'Pass', result: definition['Result'] };
    case 'Succeed':
      return { type: 'Succeed' };
    case 'Fail':
      return {
        type: 'Fail',
        error: { text: asText(definition['Error']), path: asText(definition['ErrorPath']) },
        cause: { text: asText(definition['Cause']), path: asText(definition['CausePath']) },
      };
    case 'Wait':
      return { type: 'Wait', wait: readWait(definition) };
    case 'Choice':
      return {
        type: 'Choice',
        choices: items(definition['Choices']).map(readChoice),
        defaultNext: asText(definition['Default']),
      };
    case 'Task': {
      const resource = asText(definition['Resource']) ?? '';
      const read = readResource(resource);
      const reason = read === undefined ? undefined : unhostedReason(read);
      if (reason !== undefined) context.notice(reason);
      if (isActivity(resource)) context.refuse(activityReason);
      const timeout = definition['TimeoutSecondsPath'] ?? definition['TimeoutSeconds'];
      const heartbeat = definition['HeartbeatSecondsPath'] ?? definition['HeartbeatSeconds'];
      const credentials = definition['Credentials'];
      return {
        type: 'Task',
        resource,
        timeout,
        heartbeat,
        credentials,
        ...readHandlers(definition),
      };
    }
    case 'Parallel': {
      const branches = items(definition['Branches']).map((branch, index) =>
        context.readMachine(branch, `Branches[${index}]`),
      );
      return { type: 'Parallel', branches, ...readHandlers(definition) };
    }
    case 'Map':
      return readMap(definition, context);
    default:
      throw new Error(`unknown type ${JSON.stringify(definition['Type'])}`);
  }
}

function readMap(definition: Json, context: ReadContext): OwnFields['Map'] {
  const isJsonPath = readLanguage(definition, context) === 'JSONPath';
  const processor = 'ItemProcessor' in definition ? 'ItemProcessor' : 'Iterator';
  const distributed = readDistributed(definition, record(definition[processor]), context);
  if (distributed === undefined) refuseDistributedFields(definition, context);
  return {
    type: 'Map',
    processor: context.readMachine(record(definition[processor]), processor),
    items: definition['Items'] ?? definition['ItemsPath'],
    itemSelector: definition['ItemSelector'] ?? (isJsonPath ? definition['Parameters'] : undefined),
    maxConcurrency: definition['MaxConcurrencyPath'] ?? definition['MaxConcurrency'] ?? 0,
    distributed,
    ...readHandlers(definition),
  };
}

function refuseDistributedFields(definition: Json, { refuse }: ReadContext): void {
  for (const member of ['ItemReader', 'ItemBatcher', 'ResultWriter']) {
    if (member in definition) refuse(`${member} needs the Mode DISTRIBUTED in ProcessorConfig`);
  }
}

function readDistributed(
  definition: Json,
  { ProcessorConfig: config }: Json,
  { refuse }: ReadContext,
): StateOf<'Map'>['distributed'] {
  const { Mode: mode, ExecutionType: executionType } = record(config);
  if (mode !== 'DISTRIBUTED') return undefined;
  const part = (member: string): Json | undefined =>
    definition[member] === undefined ? undefined : record(definition[member]);
  const { InputType: type, ManifestType: manifest } = record(
    record(definition['ItemReader'])['ReaderConfig'],
  );
  for (const format of ['PARQUET', 'ATHENA_DATA']) {
    if (type === format || manifest === format) refuse(`${format} is not hosted here`);
  }
  return {
    executionType: executionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    label: asText(definition['Label']),
    reader: part('ItemReader'),
    batch: part('ItemBatcher'),
    writer: part('ResultWriter'),
    toleratedCount: definition['ToleratedFailureCountPath'] ?? definition['ToleratedFailureCount'],
    toleratedPercentage:
      definition['ToleratedFailurePercentagePath'] ?? definition['ToleratedFailurePercentage'],
  };
}

type WaitField = readonly [member: string, kind: WaitTime['kind'], isPath: boolean];

const waits: readonly [WaitField, ...(readonly WaitField[])] = [
  ['Seconds', 'seconds', false],
  ['SecondsPath', 'seconds', true],
  ['Timestamp', 'timestamp', false],
  ['TimestampPath', 'timestamp', true],
];

function readWait(definition: Json): WaitTime {
  const [member, kind, isPath] = waits.find(([name]) => name in definition) ?? waits[0];
  return { kind, isPath, value: definition[member] };
}

function readChoice({
  Next: next,
  Output: output,
  Assign: assign,
  ...condition
}: Json): ChoiceRule {
  return { condition, next: String(next), output, assign: record(assign) };
}

function readHandlers(definition: Json): ErrorHandlers {
  return {
    retry: items(definition['Retry']).map(readRetrier),
    catch: items(definition['Catch']).map(readCatcher),
  };
}

function readRetrier(definition: Json): Retrier {
  const number = (member: string, fallback: number): number =>
    Number(definition[member] ?? fallback);
  return {
    errors: readErrors(definition),
    intervalSeconds: number('IntervalSeconds', 1),
    maxAttempts: number('MaxAttempts', 3),
    backoffRate: number('BackoffRate', 2),
    maxDelaySeconds: number('MaxDelaySeconds', Infinity),
    hasJitter: definition['JitterStrategy'] === 'FULL',
  };
}

function readCatcher(definition: Json): Catcher {
  return {
    errors: readErrors(definition),
    next: String(definition['Next']),
    resultPath: readPath(definition, 'ResultPath'),
    output: definition['Output'],
    assign: record(definition['Assign']),
  };
}

function readErrors({ ErrorEquals: errors }: Json): readonly string[] {
  return Array.isArray(errors) ? errors.map(String) : [];
}

function items(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}
