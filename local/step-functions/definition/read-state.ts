import type {
  Catcher,
  ChoiceRule,
  ErrorHandlers,
  Machine,
  Retrier,
  State,
  WaitTime,
} from '#local/step-functions/definition/definition.ts';
import { checkExpressions } from '#local/step-functions/definition/check-expressions.ts';
import { checkCondition } from '#local/step-functions/interpreter/choice.ts';
import { readLanguage, type ReadContext } from '#local/step-functions/definition/read-context.ts';
import { readResource, unhostedReason } from '#local/step-functions/definition/resources.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Members that are allowed in one query language only. */
const jsonPathMembers = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'ItemsPath',
];
const jsonataMembers = ['Arguments', 'Output', 'Items'];

/** States that must not have `Next` or `End`. */
const terminal: ReadonlySet<unknown> = new Set(['Succeed', 'Fail', 'Choice']);

/** Reads a state. Reports its problems to the context. */
export function readState(name: string, definition: Json, enclosing: ReadContext): State {
  const report = (message: string): void => enclosing.reportProblem(enclosing.place, message);
  const language = readLanguage(definition['QueryLanguage'], enclosing.language, report);
  const context = { ...enclosing, language };
  const foreign = (language === 'JSONPath' ? jsonataMembers : jsonPathMembers).find(
    (member) => member in definition,
  );
  if (foreign !== undefined) report(`${foreign}: is not allowed in a ${language} state`);
  checkExpressions(definition, language, report);
  checkEnd(definition, report);
  const path = (member: string, fallback: string): string | null => {
    const value = definition[member];
    if (value === null || value === undefined) return value === null ? null : fallback;
    if (typeof value === 'string' && value.startsWith('$')) return value;
    report(`${member}: must be a path`);
    return fallback;
  };
  const base = {
    name,
    language,
    next: typeof definition['Next'] === 'string' ? definition['Next'] : undefined,
    inputPath: path('InputPath', '$'),
    outputPath: path('OutputPath', '$'),
    resultPath: path('ResultPath', '$'),
    parameters: language === 'JSONPath' ? definition['Parameters'] : definition['Arguments'],
    resultSelector: definition['ResultSelector'],
    output: definition['Output'],
    assign: record(definition['Assign']),
  };
  return { ...base, ...readOwnFields(definition, context) };
}

function checkEnd(
  { Type: type, Next: next, End: end }: Json,
  report: (message: string) => void,
): void {
  if (terminal.has(type)) {
    if (next !== undefined || end !== undefined)
      report(`${String(type)}: must not have Next or End`);
  } else if ((typeof next === 'string') === (end === true))
    report('must have either Next or End: true');
}

/** What states have in addition to the fields of every state, by type. */
type OwnFields = {
  [Type in State['type']]: Omit<Extract<State, { type: Type }>, keyof StateBase> & { type: Type };
};
type StateBase = Omit<Extract<State, { type: 'Succeed' }>, 'type'>;

function readOwnFields(definition: Json, context: ReadContext): OwnFields[State['type']] {
  const { place, reportProblem } = context;
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
      return { type: 'Wait', wait: readWait(definition, context) };
    case 'Choice':
      return {
        type: 'Choice',
        choices: readChoices(definition, context),
        defaultNext: typeof definition['Default'] === 'string' ? definition['Default'] : undefined,
      };
    case 'Task': {
      const resource = typeof definition['Resource'] === 'string' ? definition['Resource'] : '';
      const read = readResource(resource);
      if (read === undefined)
        reportProblem(place, `Resource: a task cannot call ${JSON.stringify(resource)}`);
      const reason = read === undefined ? undefined : unhostedReason(read);
      if (reason !== undefined) context.reportNotice(place, reason);
      const timeout = definition['TimeoutSecondsPath'] ?? definition['TimeoutSeconds'];
      const heartbeat = definition['HeartbeatSecondsPath'] ?? definition['HeartbeatSeconds'];
      return { type: 'Task', resource, timeout, heartbeat, ...readHandlers(definition, context) };
    }
    case 'Parallel': {
      const branches = [definition['Branches'] ?? []].flat();
      if (branches.length === 0) reportProblem(place, 'Branches: must have at least one branch');
      const machines = branches.map((branch, index) =>
        context.readMachine(record(branch), { ...context, place: `${place}/Branches/${index}` }),
      );
      return { type: 'Parallel', branches: machines, ...readHandlers(definition, context) };
    }
    case 'Map':
      return readMap(definition, context);
    default:
      reportProblem(place, `Type: unknown type ${JSON.stringify(definition['Type'] ?? null)}`);
      return { type: 'Succeed' };
  }
}

function readMap(definition: Json, context: ReadContext): OwnFields['Map'] {
  const { place, reportProblem } = context;
  for (const member of ['ItemReader', 'ResultWriter']) {
    if (member in definition) reportProblem(place, `${member}: is not hosted here`);
  }
  return {
    type: 'Map',
    processor: readProcessor(definition, context),
    items: definition['Items'] ?? definition['ItemsPath'],
    itemSelector:
      definition['ItemSelector'] ??
      (context.language === 'JSONPath' ? definition['Parameters'] : undefined),
    maxConcurrency: definition['MaxConcurrencyPath'] ?? definition['MaxConcurrency'] ?? 0,
    batch: definition['ItemBatcher'] === undefined ? undefined : record(definition['ItemBatcher']),
    toleratedCount:
      definition['ToleratedFailureCountPath'] ?? definition['ToleratedFailureCount'] ?? 0,
    toleratedPercentage:
      definition['ToleratedFailurePercentagePath'] ?? definition['ToleratedFailurePercentage'],
    ...readHandlers(definition, context),
  };
}

function readProcessor(definition: Json, context: ReadContext): Machine {
  const member = 'ItemProcessor' in definition ? 'ItemProcessor' : 'Iterator';
  const place = `${context.place}/${member}`;
  return context.readMachine(record(definition[member]), { ...context, place });
}

const waits: readonly (readonly [member: string, kind: WaitTime['kind'], isPath: boolean])[] = [
  ['Seconds', 'seconds', false],
  ['SecondsPath', 'seconds', true],
  ['Timestamp', 'timestamp', false],
  ['TimestampPath', 'timestamp', true],
];

function readWait(definition: Json, { place, reportProblem }: ReadContext): WaitTime {
  const present = waits.filter(([member]) => member in definition);
  const [[member, kind, isPath] = ['', 'seconds', false] as const] = present;
  if (present.length !== 1) {
    reportProblem(
      place,
      'must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath',
    );
  }
  return { kind, isPath, value: definition[member] };
}

function readChoices(
  definition: Json,
  { place, reportProblem, language }: ReadContext,
): readonly ChoiceRule[] {
  const choices = [definition['Choices'] ?? []].flat().map(record);
  if (choices.length === 0) reportProblem(place, 'Choices: must have at least one rule');
  return choices.map((choice, index) => {
    const { Next: next, Output: output, Assign: assign, ...condition } = choice;
    const error = checkCondition(condition, language);
    if (error !== undefined) reportProblem(`${place}/Choices/${index}`, error);
    if (typeof next !== 'string')
      reportProblem(`${place}/Choices/${index}`, 'Next: must name a state');
    return { condition, next: String(next), output, assign: record(assign) };
  });
}

function readHandlers(definition: Json, context: ReadContext): ErrorHandlers {
  return {
    retry: [definition['Retry'] ?? []]
      .flat()
      .map((item, index) => readRetrier(record(item), index, context)),
    catch: [definition['Catch'] ?? []]
      .flat()
      .map((item, index) => readCatcher(record(item), index, context)),
  };
}

function readRetrier(
  definition: Json,
  index: number,
  { place, reportProblem }: ReadContext,
): Retrier {
  const where = `${place}/Retry/${index}`;
  const number = (member: string, fallback: number, min: number): number => {
    const value = definition[member] ?? fallback;
    if (typeof value === 'number' && value >= min) return value;
    reportProblem(where, `${member}: must be a number of at least ${min}`);
    return fallback;
  };
  return {
    errors: readErrors(definition, where, reportProblem),
    intervalSeconds: number('IntervalSeconds', 1, 1),
    maxAttempts: number('MaxAttempts', 3, 0),
    backoffRate: number('BackoffRate', 2, 1),
    maxDelaySeconds: number('MaxDelaySeconds', Infinity, 1),
    hasJitter: definition['JitterStrategy'] === 'FULL',
  };
}

function readCatcher(
  definition: Json,
  index: number,
  { place, reportProblem }: ReadContext,
): Catcher {
  const where = `${place}/Catch/${index}`;
  const { Next: next, ResultPath: resultPath = '$' } = definition;
  if (typeof next !== 'string') reportProblem(where, 'Next: must name a state');
  return {
    errors: readErrors(definition, where, reportProblem),
    next: String(next),
    resultPath: resultPath === null ? null : (asText(resultPath) ?? '$'),
    output: definition['Output'],
    assign: record(definition['Assign']),
  };
}

function readErrors(
  definition: Json,
  where: string,
  reportProblem: ReadContext['reportProblem'],
): readonly string[] {
  const errors = [definition['ErrorEquals'] ?? []].flat().map(String);
  if (errors.length === 0) reportProblem(where, 'ErrorEquals: must name at least one error');
  if (errors.includes('States.ALL') && errors.length > 1) {
    reportProblem(where, 'ErrorEquals: States.ALL must be the only error');
  }
  return errors;
}
