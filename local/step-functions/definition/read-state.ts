import type {
  Catcher,
  ChoiceRule,
  Guards,
  Machine,
  Retrier,
  State,
  WaitFor,
} from '#local/step-functions/definition/definition.ts';
import { checkExpressions } from '#local/step-functions/definition/check-expressions.ts';
import { checkCondition } from '#local/step-functions/interpreter/choice.ts';
import { languageOf, type Reading } from '#local/step-functions/definition/reading.ts';
import { readResource, unhostedReason } from '#local/step-functions/definition/resources.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Members that a state has in one query language only. */
const ofJsonPath = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'ItemsPath',
];
const ofJsonata = ['Arguments', 'Output', 'Items'];

/** States that end by themselves, and have no `Next` or `End`. */
const terminal: ReadonlySet<unknown> = new Set(['Succeed', 'Fail', 'Choice']);

/** Reads a state, and tells what is wrong with it. */
export function readState(name: string, given: Json, around: Reading): State {
  const { place } = around;
  const problem = (words: string): void => around.problem(place, words);
  const language = languageOf(given['QueryLanguage'], around.language, problem);
  const reading = { ...around, language };
  const foreign = (language === 'JSONPath' ? ofJsonata : ofJsonPath).find(
    (member) => member in given,
  );
  if (foreign !== undefined) problem(`${foreign}: is not for states in ${language}`);
  checkExpressions(given, language, problem);
  checkEnd(given, problem);
  const path = (member: string, otherwise: string): string | null => {
    const value = given[member];
    if (value === null || value === undefined) return value === null ? null : otherwise;
    if (typeof value === 'string' && value.startsWith('$')) return value;
    problem(`${member}: must be a path`);
    return otherwise;
  };
  const base = {
    name,
    language,
    next: typeof given['Next'] === 'string' ? given['Next'] : undefined,
    inputPath: path('InputPath', '$'),
    outputPath: path('OutputPath', '$'),
    resultPath: path('ResultPath', '$'),
    parameters: language === 'JSONPath' ? given['Parameters'] : given['Arguments'],
    resultSelector: given['ResultSelector'],
    output: given['Output'],
    assign: record(given['Assign']),
  };
  const kind = readKind(given, reading);
  return { ...base, ...kind };
}

function checkEnd(
  { Type: type, Next: next, End: end }: Json,
  problem: (words: string) => void,
): void {
  if (terminal.has(type)) {
    if (next !== undefined || end !== undefined) problem(`${String(type)}: has no Next and no End`);
  } else if ((typeof next === 'string') === (end === true))
    problem('must have either Next or End: true');
}

type Kind = {
  [Type in State['type']]: Omit<Extract<State, { type: Type }>, keyof Pass> & { type: Type };
};
type Pass = Omit<Extract<State, { type: 'Succeed' }>, 'type'>;

function readKind(given: Json, reading: Reading): Kind[State['type']] {
  const { place, problem } = reading;
  switch (given['Type']) {
    case 'Pass':
      return { type: 'Pass', result: given['Result'] };
    case 'Succeed':
      return { type: 'Succeed' };
    case 'Fail':
      return {
        type: 'Fail',
        error: { text: asText(given['Error']), path: asText(given['ErrorPath']) },
        cause: { text: asText(given['Cause']), path: asText(given['CausePath']) },
      };
    case 'Wait':
      return { type: 'Wait', wait: readWait(given, reading) };
    case 'Choice':
      return {
        type: 'Choice',
        choices: readChoices(given, reading),
        otherwise: typeof given['Default'] === 'string' ? given['Default'] : undefined,
      };
    case 'Task': {
      const resource = typeof given['Resource'] === 'string' ? given['Resource'] : '';
      const read = readResource(resource);
      if (read === undefined)
        problem(place, `Resource: ${resource || 'nothing'} names nothing to call`);
      const missing = read === undefined ? undefined : unhostedReason(read);
      if (missing !== undefined) reading.notice(place, missing);
      const timeout = given['TimeoutSecondsPath'] ?? given['TimeoutSeconds'];
      const heartbeat = given['HeartbeatSecondsPath'] ?? given['HeartbeatSeconds'];
      return { type: 'Task', resource, timeout, heartbeat, ...readGuards(given, reading) };
    }
    case 'Parallel': {
      const branches = [given['Branches'] ?? []].flat();
      if (branches.length === 0) problem(place, 'Branches: must hold at least one branch');
      const machines = branches.map((branch, index) =>
        reading.machine(record(branch), { ...reading, place: `${place}/Branches/${index}` }),
      );
      return { type: 'Parallel', branches: machines, ...readGuards(given, reading) };
    }
    case 'Map':
      return readMap(given, reading);
    default:
      problem(place, `Type: there is no type ${JSON.stringify(given['Type'] ?? null)}`);
      return { type: 'Succeed' };
  }
}

function readMap(given: Json, reading: Reading): Kind['Map'] {
  const { place, problem } = reading;
  for (const member of ['ItemReader', 'ResultWriter']) {
    if (member in given) problem(place, `${member}: is not hosted here`);
  }
  return {
    type: 'Map',
    processor: readProcessor(given, reading),
    items: given['Items'] ?? given['ItemsPath'],
    itemSelector:
      given['ItemSelector'] ?? (reading.language === 'JSONPath' ? given['Parameters'] : undefined),
    maxConcurrency: given['MaxConcurrencyPath'] ?? given['MaxConcurrency'] ?? 0,
    batch: given['ItemBatcher'] === undefined ? undefined : record(given['ItemBatcher']),
    toleratedCount: given['ToleratedFailureCountPath'] ?? given['ToleratedFailureCount'] ?? 0,
    toleratedPercentage:
      given['ToleratedFailurePercentagePath'] ?? given['ToleratedFailurePercentage'],
    ...readGuards(given, reading),
  };
}

function readProcessor(given: Json, reading: Reading): Machine {
  const member = 'ItemProcessor' in given ? 'ItemProcessor' : 'Iterator';
  const place = `${reading.place}/${member}`;
  return reading.machine(record(given[member]), { ...reading, place });
}

const waits: readonly (readonly [member: string, kind: WaitFor['kind'], isPath: boolean])[] = [
  ['Seconds', 'seconds', false],
  ['SecondsPath', 'seconds', true],
  ['Timestamp', 'timestamp', false],
  ['TimestampPath', 'timestamp', true],
];

function readWait(given: Json, { place, problem }: Reading): WaitFor {
  const found = waits.filter(([member]) => member in given);
  const [[member, kind, isPath] = ['', 'seconds', false] as const] = found;
  if (found.length !== 1) {
    problem(place, 'must have one of Seconds, SecondsPath, Timestamp and TimestampPath');
  }
  return { kind, isPath, value: given[member] };
}

function readChoices(given: Json, { place, problem, language }: Reading): readonly ChoiceRule[] {
  const choices = [given['Choices'] ?? []].flat().map(record);
  if (choices.length === 0) problem(place, 'Choices: must hold at least one rule');
  return choices.map((choice, index) => {
    const { Next: next, Output: output, Assign: assign, ...condition } = choice;
    const refusal = checkCondition(condition, language);
    if (refusal !== undefined) problem(`${place}/Choices/${index}`, refusal);
    if (typeof next !== 'string') problem(`${place}/Choices/${index}`, 'Next: must name a state');
    return { condition, next: String(next), output, assign: record(assign) };
  });
}

function readGuards(given: Json, reading: Reading): Guards {
  return {
    retry: [given['Retry'] ?? []]
      .flat()
      .map((item, index) => readRetrier(record(item), index, reading)),
    catch: [given['Catch'] ?? []]
      .flat()
      .map((item, index) => readCatcher(record(item), index, reading)),
  };
}

function readRetrier(given: Json, index: number, { place, problem }: Reading): Retrier {
  const where = `${place}/Retry/${index}`;
  const number = (member: string, otherwise: number, least: number): number => {
    const value = given[member] ?? otherwise;
    if (typeof value === 'number' && value >= least) return value;
    problem(where, `${member}: must be a number of at least ${least}`);
    return otherwise;
  };
  return {
    errors: readErrors(given, where, problem),
    intervalSeconds: number('IntervalSeconds', 1, 1),
    maxAttempts: number('MaxAttempts', 3, 0),
    backoffRate: number('BackoffRate', 2, 1),
    maxDelaySeconds: number('MaxDelaySeconds', Infinity, 1),
    hasJitter: given['JitterStrategy'] === 'FULL',
  };
}

function readCatcher(given: Json, index: number, { place, problem }: Reading): Catcher {
  const where = `${place}/Catch/${index}`;
  const { Next: next, ResultPath: resultPath = '$' } = given;
  if (typeof next !== 'string') problem(where, 'Next: must name a state');
  return {
    errors: readErrors(given, where, problem),
    next: String(next),
    resultPath: resultPath === null ? null : (asText(resultPath) ?? '$'),
    output: given['Output'],
    assign: record(given['Assign']),
  };
}

function readErrors(given: Json, where: string, problem: Reading['problem']): readonly string[] {
  const errors = [given['ErrorEquals'] ?? []].flat().map(String);
  if (errors.length === 0) problem(where, 'ErrorEquals: must name at least one error');
  if (errors.includes('States.ALL') && errors.length > 1) {
    problem(where, 'ErrorEquals: States.ALL must stand alone');
  }
  return errors;
}
