import type { Machine, State } from '#local/step-functions/definition/definition.ts';
import { readState } from '#local/step-functions/definition/read-state.ts';
import { readLanguage, type ReadContext } from '#local/step-functions/definition/read-context.ts';
import { record, type Json } from '#local/template/json.ts';

/** An error in a definition. */
export interface DefinitionProblem {
  /** The path to the state, such as `/States/Ask`; empty for the whole definition. */
  readonly place: string;
  readonly message: string;
}

/** A state machine that was read from its definition. */
export interface ReadMachine {
  readonly machine: Machine;
  /** How many seconds an execution may take. */
  readonly timeoutSeconds: number | undefined;
  /** Valid parts that are not hosted here, and so fail when they are reached. */
  readonly notices: readonly DefinitionProblem[];
}

/** Reads a definition in Amazon States Language. Throws a `DefinitionError` with all its errors. */
export function readMachine(definition: Json): ReadMachine {
  const problems: DefinitionProblem[] = [];
  const notices: DefinitionProblem[] = [];
  const reportProblem = (place: string, message: string): void =>
    void problems.push({ place, message });
  const language = readLanguage(definition['QueryLanguage'], 'JSONPath', (message) =>
    reportProblem('', message),
  );
  const machine = readStates(definition, {
    place: '',
    language,
    reportProblem,
    reportNotice: (place, message) => void notices.push({ place, message }),
    readMachine: readStates,
  });
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && typeof timeout !== 'number')
    reportProblem('', 'TimeoutSeconds: must be a number');
  if (problems.length > 0) throw new DefinitionError(problems);
  return { machine, notices, timeoutSeconds: typeof timeout === 'number' ? timeout : undefined };
}

/** Thrown for a definition that Step Functions would reject. */
export class DefinitionError extends Error {
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    super(
      problems
        .map(({ place, message }) => `${place === '' ? 'the definition' : place}: ${message}`)
        .join('\n'),
    );
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** Reads the states of a machine, of a branch or of the processor of a Map. */
function readStates(definition: Json, context: ReadContext): Machine {
  const { place, reportProblem } = context;
  const { StartAt: startAt, States } = definition;
  const entries = Object.entries(record(States));
  if (entries.length === 0) reportProblem(place, 'States: must have at least one state');
  const states = entries.map(([name, value]) =>
    readState(name, record(value), { ...context, place: `${place}/States/${name}` }),
  );
  const machine = {
    startAt: typeof startAt === 'string' ? startAt : '',
    states: new Map(states.map((state) => [state.name, state])),
  };
  if (!machine.states.has(machine.startAt)) {
    reportProblem(place, `StartAt: state ${JSON.stringify(startAt ?? null)} does not exist`);
  }
  for (const state of states) checkTargets(state, machine, context);
  checkReachability(machine, context);
  return machine;
}

/** Returns the names of the states that can follow a state. */
function findTargets(state: State): readonly string[] {
  const next = state.next === undefined ? [] : [state.next];
  if (state.type === 'Choice') {
    const fallback = state.defaultNext === undefined ? [] : [state.defaultNext];
    return [...state.choices.map((choice) => choice.next), ...fallback];
  }
  return 'catch' in state ? [...next, ...state.catch.map((catcher) => catcher.next)] : next;
}

function checkTargets(
  state: State,
  { states }: Machine,
  { place, reportProblem }: ReadContext,
): void {
  for (const target of findTargets(state)) {
    if (!states.has(target))
      reportProblem(`${place}/States/${state.name}`, `the next state ${target} does not exist`);
  }
}

function checkReachability(
  { startAt, states }: Machine,
  { place, reportProblem }: ReadContext,
): void {
  const reached = new Set<string>();
  const pending = [startAt];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const state = states.get(name);
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    pending.push(...findTargets(state));
  }
  for (const name of states.keys()) {
    if (!reached.has(name)) reportProblem(`${place}/States/${name}`, 'cannot be reached');
  }
}
