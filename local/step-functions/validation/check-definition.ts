import type { Diagnostic } from '#local/step-functions/definition/diagnostics.ts';
import {
  checkLanguage,
  checkStates,
  toLanguage,
} from '#local/step-functions/validation/check-states.ts';
import type { CheckedMachine, MachineType } from '#local/step-functions/validation/place.ts';
import { fields, object } from '#local/step-functions/validation/schema.ts';
import { anything, integer, oneOf, plainText } from '#local/step-functions/validation/values.ts';
import type { Json } from '#local/template/json.ts';

const checkMachine = object({
  required: ['States', 'StartAt'],
  fields: fields({
    Comment: anything,
    QueryLanguage: checkLanguage,
    StartAt: plainText,
    States: anything,
    // Unlike the timeout of a Task, this one may be 0.
    TimeoutSeconds: integer({ min: 0, max: 99_999_999 }),
    Version: oneOf('1.0'),
  }),
});

/** Returns why Step Functions would refuse a definition, in its words. */
export function checkDefinition(definition: Json, type: MachineType): readonly Diagnostic[] {
  const language = toLanguage(definition['QueryLanguage']);
  const diagnostics: Diagnostic[] = [];
  const machine: CheckedMachine = {
    language,
    diagnostics,
    stateNames: new Set(),
    labels: new Set(),
    checkStates,
  };
  const place = { location: '', language, isMixed: false, members: [], type, machine };
  checkMachine(definition, place);
  checkStates(definition, place);
  return diagnostics;
}
