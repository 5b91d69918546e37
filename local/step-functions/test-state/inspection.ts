import type { Frame } from '#local/step-functions/interpreter/frame.ts';
import { pathScope, selectedInput } from '#local/step-functions/interpreter/frame.ts';
import { writePath } from '#local/step-functions/expressions/paths.ts';
import { writeSpacedJson } from '#local/step-functions/expressions/state-json.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import type { Json } from '#local/template/json.ts';

/** What is known of how a state turned its input into its output. */
export interface Inspection {
  /** Records the input of the work of a state. */
  parameters(value: unknown): void;
  /** Records the result of the work of a state. */
  result(value: unknown): void;
  add(members: Json): void;
  /** Adds members whose values are written as JSON. */
  addJson(members: Json): void;
  members(): Json;
}

/** Returns the inspection of a state, with its input. */
export function createInspection(frame: Frame): Inspection {
  const { state, input } = frame;
  const found: Record<string, unknown> = { input: writeSpacedJson(input) };
  const isPaths = state.language === 'JSONPath';
  const addJson = (members: Json): void => {
    for (const [name, value] of Object.entries(members)) found[name] = writeSpacedJson(value);
  };
  return {
    parameters: (value) =>
      addJson(isPaths ? { afterParameters: value } : { afterArguments: value }),
    result: (value) => addJson({ result: value }),
    add: (members) => void Object.assign(found, members),
    addJson,
    members: () => found,
  };
}

/** Records the input after `InputPath`. A Pass state with a result does not use it. */
export function inspectInput(frame: Frame, inspection: Inspection): void {
  const { state } = frame;
  const isUnused = state.type === 'Pass' && state.result !== undefined;
  if (state.language === 'JSONPath' && !isUnused)
    inspection.addJson({ afterInputPath: selectedInput(frame) });
}

/** States that put a result into their input. */
const withResult: ReadonlySet<string> = new Set(['Pass', 'Task', 'Map', 'Parallel']);

/** Records a result after `ResultSelector` and after `ResultPath`. */
export function inspectResult(frame: Frame, result: unknown, inspection: Inspection): void {
  const { state, input } = frame;
  if (state.language === 'JSONata' || !withResult.has(state.type)) return;
  const selected =
    state.resultSelector === undefined
      ? result
      : fillTemplate(state.resultSelector, pathScope(frame, result));
  inspection.addJson({
    afterResultSelector: selected,
    afterResultPath:
      state.resultPath === null ? input : writePath(state.resultPath, input, selected),
  });
}
