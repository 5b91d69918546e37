import type { Machine, QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { DefinitionError } from '#local/step-functions/definition/diagnostics.ts';
import { readState } from '#local/step-functions/definition/read-state.ts';
import { checkDefinition } from '#local/step-functions/validation/check-definition.ts';
import { toLanguage } from '#local/step-functions/validation/check-states.ts';
import type { MachineType } from '#local/step-functions/validation/place.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** A part of a valid definition that is not hosted here. */
export interface UnhostedPart {
  /** The path to the state, such as `/States/Ask`. */
  readonly location: string;
  readonly message: string;
}

/** A state machine that was read from its definition. */
export interface ReadMachine {
  readonly machine: Machine;
  /** How many seconds an execution may take. */
  readonly timeoutSeconds: number | undefined;
  /** Parts that fail when they are reached. */
  readonly notices: readonly UnhostedPart[];
  /** Parts without which the machine would do something else. */
  readonly refusals: readonly UnhostedPart[];
}

/**
 * Reads a definition in Amazon States Language. Throws a `DefinitionError` with everything for which
 * Step Functions would refuse it.
 */
export function readMachine(definition: Json, type: MachineType): ReadMachine {
  const diagnostics = checkDefinition(definition, type);
  if (diagnostics.length > 0) throw new DefinitionError(diagnostics);
  const unhosted: Unhosted = { notices: [], refusals: [] };
  const language = toLanguage(definition['QueryLanguage']);
  const machine = readStates(definition, '', { language, unhosted });
  const { TimeoutSeconds: timeout } = definition;
  const timeoutSeconds = typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
  return { machine, timeoutSeconds, ...unhosted };
}

interface Unhosted {
  readonly notices: UnhostedPart[];
  readonly refusals: UnhostedPart[];
}

interface MachineContext {
  readonly language: QueryLanguage;
  readonly unhosted: Unhosted;
}

function readStates(definition: Json, part: string, context: MachineContext): Machine {
  const { language, unhosted } = context;
  const states = Object.entries(record(definition['States'])).map(([name, value]) => {
    const location = `${part}/States/${name}`;
    return readState(name, record(value), {
      language,
      notice: (message) => void unhosted.notices.push({ location, message }),
      refuse: (message) => void unhosted.refusals.push({ location, message }),
      readMachine: (inner, path) => readStates(inner, `${location}/${path}`, context),
    });
  });
  return {
    startAt: asText(definition['StartAt']) ?? '',
    states: new Map(states.map((state) => [state.name, state])),
  };
}
