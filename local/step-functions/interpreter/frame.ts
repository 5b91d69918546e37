import type { State } from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { readPath, writePath } from '#local/step-functions/expressions/paths.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import { record, type Json } from '#local/template/json.ts';

/** A state while it runs, with what it can refer to. */
export interface Frame {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly context: Json;
}

/** What a state works on: its input by `InputPath`, shaped by `Parameters` or `Arguments`. */
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

/** The input by `InputPath` alone. */
export function selectedInput({ state, input, variables, context }: Frame): unknown {
  if (state.language === 'JSONata') return input;
  return state.inputPath === null
    ? {}
    : readPath(state.inputPath, { data: input, context, variables });
}

/** A state's output: its result by `ResultSelector`, `ResultPath` and `OutputPath`, or by `Output`. */
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

/** The variables after a state, with what its `Assign` says. */
export async function assignIn(
  { state, input, variables, context }: Frame,
  assign: Json,
  more: { readonly result?: unknown; readonly errorOutput?: unknown },
): Promise<ReadonlyMap<string, unknown>> {
  if (Object.keys(assign).length === 0) return variables;
  const values =
    state.language === 'JSONata'
      ? await evaluateAll(assign, { states: { input, context, ...more }, variables })
      : fillTemplate(assign, { data: more.errorOutput ?? more.result, context, variables });
  return new Map([...variables, ...Object.entries(record(values))]);
}
