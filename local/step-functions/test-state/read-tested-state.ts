import { AwsError } from '#local/wire/aws-error.ts';
import type { State } from '#local/step-functions/definition/definition.ts';
import { DefinitionError } from '#local/step-functions/definition/diagnostics.ts';
import { readMachine } from '#local/step-functions/definition/read-machine.ts';
import {
  diagnose,
  readDefinitionText,
} from '#local/step-functions/machines/validate-definition.ts';
import type { Machine } from '#local/step-functions/definition/definition.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The name of a state that is tested without its machine. */
const soleName = 'StateName';

/**
 * Reads the state to test: the definition itself, or the state of a machine with a name, which may be
 * inside of a Map or Parallel state. Throws AWS's error for a definition that it would refuse.
 */
export function readTestedState(definition: string, stateName?: string): State {
  if (stateName !== undefined) return readNamed(definition, stateName);
  const diagnostics = diagnose(definition, 'STANDARD').filter(
    ({ code }) => code === 'INVALID_JSON_DESCRIPTION',
  );
  if (diagnostics.length > 0)
    throw new AwsError('InvalidDefinition', new DefinitionError(diagnostics).message);
  const parsed: unknown = JSON.parse(definition === '' ? 'null' : definition);
  return readSole(isRecord(parsed) ? parsed : {});
}

function readNamed(definition: string, stateName: string): State {
  const { machine } = readDefinitionText(definition, 'STANDARD');
  const state = findState(machine, stateName);
  if (state === undefined)
    throw new AwsError('ValidationException', 'State not found in definition');
  return state;
}

function findState(machine: Machine, name: string): State | undefined {
  const inner = [...machine.states.values()].flatMap((state) => {
    if (state.type === 'Map') return [state.processor];
    return state.type === 'Parallel' ? state.branches : [];
  });
  return (
    machine.states.get(name) ??
    inner.map((each) => findState(each, name)).find((found) => found !== undefined)
  );
}

/** Puts the state into a machine with every state that it can go to, so that it is a whole one. */
function readSole(definition: Json): State {
  const targets = targetsOf(definition).filter((name) => name !== soleName);
  const { QueryLanguage: language } = definition;
  const machine = {
    ...(language === undefined ? {} : { QueryLanguage: language }),
    StartAt: soleName,
    States: {
      [soleName]: definition,
      ...Object.fromEntries(targets.map((name) => [name, { Type: 'Succeed' }])),
    },
  };
  try {
    const state = readMachine(machine, 'STANDARD').machine.states.get(soleName);
    if (state !== undefined) return state;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const diagnostics = error.diagnostics
      // A state alone needs no end.
      .filter(({ code }) => code !== 'MISSING_END_STATE')
      .map(({ severity, code, message, location = '' }) => {
        const place = location.replace(`/States/${soleName}`, '') || '/';
        return { severity, code, message, location: place };
      });
    throw new AwsError('InvalidDefinition', new DefinitionError(diagnostics).message);
  }
  throw new AwsError('ValidationException', 'State not found in definition');
}

function targetsOf(definition: Json): readonly string[] {
  const entries = [definition['Choices'] ?? [], definition['Catch'] ?? []].flat().map(record);
  return [
    definition['Next'],
    definition['Default'],
    ...entries.map((entry) => entry['Next']),
  ].filter((target) => typeof target === 'string');
}
