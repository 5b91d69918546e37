import type { Machine, State } from '#local/step-functions/definition/definition.ts';
import { readState } from '#local/step-functions/definition/read-state.ts';
import { languageOf, type Reading } from '#local/step-functions/definition/reading.ts';
import { record, type Json } from '#local/template/json.ts';

/** What is wrong with a definition, and where. */
export interface DefinitionProblem {
  /** The path to the state: `/States/Ask`. */
  readonly place: string;
  readonly words: string;
}

/** A state machine as it was written and as it runs. */
export interface ReadMachine {
  readonly machine: Machine;
  /** Seconds that an execution may take. */
  readonly timeoutSeconds: number | undefined;
  /** What of it is not hosted here, and fails when it is reached. */
  readonly notices: readonly DefinitionProblem[];
}

/**
 * Reads a definition in Amazon States Language. Throws an error with everything that is wrong in
 * it, each with the state it is in.
 */
export function readMachine(definition: Json): ReadMachine {
  const problems: DefinitionProblem[] = [];
  const notices: DefinitionProblem[] = [];
  const problem = (place: string, words: string): void => void problems.push({ place, words });
  const language = languageOf(definition['QueryLanguage'], 'JSONPath', (words) =>
    problem('', words),
  );
  const machine = readStates(definition, {
    place: '',
    language,
    problem,
    notice: (place, words) => void notices.push({ place, words }),
    machine: readStates,
  });
  const { TimeoutSeconds: timeout } = definition;
  if (timeout !== undefined && typeof timeout !== 'number')
    problem('', 'TimeoutSeconds: must be a number');
  if (problems.length > 0) throw new DefinitionError(problems);
  return { machine, notices, timeoutSeconds: typeof timeout === 'number' ? timeout : undefined };
}

/** A definition that Step Functions would not take. */
export class DefinitionError extends Error {
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    super(
      problems
        .map(({ place, words }) => `${place === '' ? 'the definition' : place}: ${words}`)
        .join('\n'),
    );
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** The states of a machine, of a branch or of a Map's processor. */
function readStates(definition: Json, reading: Reading): Machine {
  const { place, problem } = reading;
  const { StartAt: startAt, States } = definition;
  const entries = Object.entries(record(States));
  if (entries.length === 0) problem(place, 'States: must hold at least one state');
  const states = entries.map(([name, value]) =>
    readState(name, record(value), { ...reading, place: `${place}/States/${name}` }),
  );
  const machine = {
    startAt: typeof startAt === 'string' ? startAt : '',
    states: new Map(states.map((state) => [state.name, state])),
  };
  if (!machine.states.has(machine.startAt)) {
    problem(place, `StartAt: there is no state ${JSON.stringify(startAt ?? null)}`);
  }
  for (const state of states) checkTargets(state, machine, reading);
  checkReach(machine, reading);
  return machine;
}

/** The states that may follow a state. */
function targetsOf(state: State): readonly string[] {
  const next = state.next === undefined ? [] : [state.next];
  if (state.type === 'Choice') {
    const otherwise = state.otherwise === undefined ? [] : [state.otherwise];
    return [...state.choices.map((choice) => choice.next), ...otherwise];
  }
  return 'catch' in state ? [...next, ...state.catch.map((catcher) => catcher.next)] : next;
}

function checkTargets(state: State, { states }: Machine, { place, problem }: Reading): void {
  for (const target of targetsOf(state)) {
    if (!states.has(target))
      problem(`${place}/States/${state.name}`, `there is no state ${target} to go on to`);
  }
}

function checkReach({ startAt, states }: Machine, { place, problem }: Reading): void {
  const reached = new Set<string>();
  const open = [startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states.get(name);
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    open.push(...targetsOf(state));
  }
  for (const name of states.keys()) {
    if (!reached.has(name)) problem(`${place}/States/${name}`, 'no state leads to it');
  }
}
