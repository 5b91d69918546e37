import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { checkGraph } from '#local/step-functions/validation/check-graph.ts';
import { member, report, type Place } from '#local/step-functions/validation/place.ts';
import { checkParameters } from '#local/step-functions/validation/states/resource.ts';
import { object } from '#local/step-functions/validation/schema.ts';
import { stateSchemas, stateType } from '#local/step-functions/validation/states/state-schemas.ts';
import { oneOf } from '#local/step-functions/validation/values.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

const maxNameLength = 80;

/** Parts with states of their own may be nested to this depth. */
const maxDepth = 100;

/** Checks the states of a machine, of a branch or of the processor of a Map. */
export function checkStates(definition: Json, place: Place): void {
  const { States: states } = definition;
  if (states === undefined) return;
  const at = member(place, 'States');
  if (!isRecord(states)) return report(at, 'Expected value of type [OBJECT]');
  if (Object.keys(states).length === 0) return report(at, 'Value cannot be empty');
  if (place.location.split('/States/').length > maxDepth) {
    return report(place, 'The states are too deeply nested', 'TOO_DEEPLY_NESTED');
  }
  for (const [name, state] of Object.entries(states)) {
    checkName(name, member(at, name));
    checkState(state, { ...member(at, name), isMixed: false, members: [] });
  }
  checkGraph(definition, states, place);
}

function checkName(name: string, place: Place): void {
  const { stateNames } = place.machine;
  if (name === '' || name.length > maxNameLength) {
    const message = `Invalid State name: State exceeds the ${maxNameLength}-character limit allowed by the service`;
    report(place, name === '' ? 'Invalid State name' : message, 'INVALID_STATE_NAME');
  }
  if (stateNames.has(name)) {
    report(place, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
  }
  stateNames.add(name);
}

function checkState(state: unknown, enclosing: Place): void {
  if (!isRecord(state)) return report(enclosing, 'Expected value of type [OBJECT]');
  const place = { ...enclosing, ...readLanguage(state, enclosing) };
  const { Type: type } = state;
  if (type === undefined) return report(place, 'These fields are required: [Type]');
  const entry = Object.entries(stateSchemas).find(([name]) => name === type);
  if (entry === undefined) return stateType(type, member(place, 'Type'));
  const [, schema] = entry;
  object(schema)(state, place);
  if (schema.fields['End'] !== undefined) checkEnd(state, place);
  if (type === 'Task') {
    checkParameters(state, place);
    checkHeartbeat(state, place);
  }
}

/** States have the language of the machine, or their own, but not that of a state around them. */
function readLanguage(state: Json, place: Place): Pick<Place, 'language' | 'isMixed'> {
  const { language: inherited } = place.machine;
  const { QueryLanguage: own } = state;
  if (own === undefined) return { language: inherited, isMixed: false };
  checkLanguage(own, member(place, 'QueryLanguage'));
  const isMixed = own === 'JSONPath' && inherited === 'JSONata';
  if (isMixed) {
    const message =
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    report(place, message);
  }
  return { language: toLanguage(own), isMixed };
}

/** Checks the query language of a state or machine. */
export const checkLanguage = oneOf('JSONPath', 'JSONata');

/** Returns a value as a query language. Step Functions takes any other value for JSONata. */
export function toLanguage(value: unknown): QueryLanguage {
  return value === undefined || value === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

function checkEnd({ Next: next, End: end }: Json, place: Place): void {
  if (next !== undefined && end === true) {
    report(place, 'There should only be one of the following fields: [Next, End]');
  } else if (next === undefined && end !== true) {
    report(place, 'This object should have only one of the following fields: [Next, End]');
  }
}

function checkHeartbeat(
  { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat }: Json,
  place: Place,
): void {
  if (typeof timeout !== 'number' || typeof heartbeat !== 'number' || heartbeat < timeout) return;
  report(place, "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'");
}
