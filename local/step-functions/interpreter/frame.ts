import type { State } from '#local/step-functions/definition/definition.ts';
import {
  evaluateAll,
  type ExpressionScope,
} from '#local/step-functions/expressions/expressions.ts';
import { readPath, writePath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import { record, type Json } from '#local/template/json.ts';

/** A state that runs, with the data that it can refer to. */
export interface Frame {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly context: Json;
  /** The id of the event of entering the state, and of the event before it. */
  readonly entered: { readonly id: number; readonly before: number };
}

/** How a state ended. */
export interface Outcome {
  readonly output: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  /** The variables that the state assigned. */
  readonly assigned: Json;
  readonly next: string | undefined;
}

/** Returns what JSONata expressions of the state can refer to. */
export function expressionScope(
  { input, context, variables }: Frame,
  results: { readonly result?: unknown; readonly errorOutput?: unknown } = {},
): ExpressionScope {
  return { states: { input, context, ...results }, variables };
}

/** Returns what paths of the state can refer to. */
export function pathScope({ input, context, variables }: Frame, data: unknown = input): PathScope {
  return { data, context, variables };
}

/** Returns the input after `InputPath` and `Parameters`, or after `Arguments` in JSONata. */
export async function effectiveInput(frame: Frame): Promise<unknown> {
  const { language, parameters } = frame.state;
  if (language === 'JSONata') {
    if (parameters === undefined) return frame.input;
    return evaluateAll(parameters, expressionScope(frame), 'Arguments');
  }
  const data = selectedInput(frame);
  if (parameters === undefined) return data;
  return fillTemplate(parameters, pathScope(frame, data));
}

/** Returns the input after `InputPath` only. */
export function selectedInput(frame: Frame): unknown {
  const { state, input } = frame;
  if (state.language === 'JSONata') return input;
  return state.inputPath === null ? {} : readPath(state.inputPath, pathScope(frame));
}

/**
 * Returns the output of a state: its result after `ResultSelector`, `ResultPath` and `OutputPath`, or
 * after `Output` in JSONata. `field` is the name of the output in the state.
 */
export async function finishOutput(
  frame: Frame,
  result: unknown,
  field = 'Output',
): Promise<unknown> {
  const { state, input } = frame;
  if (state.language === 'JSONata') {
    if (state.output === undefined) return result;
    return evaluateAll(state.output, expressionScope(frame, { result }), field);
  }
  const selected =
    state.resultSelector === undefined
      ? result
      : fillTemplate(state.resultSelector, pathScope(frame, result));
  const merged = state.resultPath === null ? input : writePath(state.resultPath, input, selected);
  if (state.outputPath === null) return {};
  return readPath(state.outputPath, pathScope(frame, merged));
}

/** Returns the values of `Assign`. `field` is its name in the state. */
export async function evaluateAssign(
  frame: Frame,
  assign: Json,
  results: { readonly result?: unknown; readonly errorOutput?: unknown },
  field = 'Assign',
): Promise<Json> {
  if (Object.keys(assign).length === 0) return {};
  return record(
    frame.state.language === 'JSONata'
      ? await evaluateAll(assign, expressionScope(frame, results), field)
      : fillTemplate(assign, pathScope(frame, results.errorOutput ?? results.result)),
  );
}

/** Returns the outcome of a state with an output and variables. */
export function toOutcome(
  { variables }: Frame,
  { output, assigned, next }: Omit<Outcome, 'variables'>,
): Outcome {
  return {
    output,
    assigned,
    next,
    variables: new Map([...variables, ...Object.entries(assigned)]),
  };
}
