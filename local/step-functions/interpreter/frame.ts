import type { State } from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { readPath, writePath } from '#local/step-functions/expressions/paths.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import { record, type Json } from '#local/template/json.ts';

/** A state that runs, with the data that it can refer to. */
export interface Frame {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly context: Json;
}

/** Returns the input after `InputPath` and `Parameters`, or after `Arguments` in JSONata. */
export async function effectiveInput(frame: Frame): Promise<unknown> {
  const { state, input, variables, context } = frame;
  const { language, parameters } = state;
  if (language === 'JSONata') {
    if (parameters === undefined) return input;
    return evaluateAll(parameters, { states: { input, context }, variables });
  }
  const data = selectedInput(frame);
  if (parameters === undefined) return data;
  return fillTemplate(parameters, { data, context, variables });
}

/** Returns the input after `InputPath` only. */
export function selectedInput({ state, input, variables, context }: Frame): unknown {
  if (state.language === 'JSONata') return input;
  return state.inputPath === null
    ? {}
    : readPath(state.inputPath, { data: input, context, variables });
}

/**
 * Returns the output of a state: its result after `ResultSelector`, `ResultPath` and `OutputPath`, or
 * after `Output` in JSONata.
 */
export async function finishOutput(frame: Frame, result: unknown): Promise<unknown> {
  const { state, input, variables, context } = frame;
  if (state.language === 'JSONata') {
    if (state.output === undefined) return result;
    return evaluateAll(state.output, { states: { input, context, result }, variables });
  }
  const selected =
    state.resultSelector === undefined
      ? result
      : fillTemplate(state.resultSelector, { data: result, context, variables });
  const merged = state.resultPath === null ? input : writePath(state.resultPath, input, selected);
  if (state.outputPath === null) return {};
  return readPath(state.outputPath, { data: merged, context, variables });
}

/** Returns the variables with the values of `Assign` added. */
export async function assignVariables(
  { state, input, variables, context }: Frame,
  assign: Json,
  outcome: { readonly result?: unknown; readonly errorOutput?: unknown },
): Promise<ReadonlyMap<string, unknown>> {
  if (Object.keys(assign).length === 0) return variables;
  const values =
    state.language === 'JSONata'
      ? await evaluateAll(assign, { states: { input, context, ...outcome }, variables })
      : fillTemplate(assign, { data: outcome.errorOutput ?? outcome.result, context, variables });
  return new Map([...variables, ...Object.entries(record(values))]);
}
