import type { StateOf } from '#local/step-functions/definition/definition.ts';
import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateTyped } from '#local/step-functions/expressions/expressions.ts';
import { evaluateCondition } from '#local/step-functions/interpreter/choice.ts';
import {
  effectiveInput,
  evaluateAssign,
  expressionScope,
  finishOutput,
  pathScope,
  toOutcome,
  type Frame,
  type Outcome,
} from '#local/step-functions/interpreter/frame.ts';
import type { Json } from '#local/template/json.ts';

/** Runs a Choice state. Throws an `EvaluationError` if it has no next state. */
export async function runChoice(state: StateOf<'Choice'>, frame: Frame): Promise<Outcome> {
  const result = await effectiveInput(frame);
  for (const [index, rule] of state.choices.entries()) {
    const field = `Choices[${index}]`;
    if (!(await matchesCondition(rule.condition, frame, `${field}/Condition`))) continue;
    const hasOutput = rule.output !== undefined;
    const ruleFrame = hasOutput ? { ...frame, state: { ...state, output: rule.output } } : frame;
    const output = await finishOutput(ruleFrame, result, hasOutput ? `${field}/Output` : 'Output');
    const hasAssign = Object.keys(rule.assign).length > 0;
    const assign = hasAssign ? rule.assign : {};
    const assigned = await evaluateAssign(frame, assign, { result }, `${field}/Assign`);
    return toOutcome(frame, { output, assigned, next: rule.next });
  }
  if (state.defaultNext === undefined) {
    throw runtimeError(
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  const output = await finishOutput(frame, result);
  const assigned = await evaluateAssign(frame, state.assign, { result });
  return toOutcome(frame, { output, assigned, next: state.defaultNext });
}

async function matchesCondition(condition: Json, frame: Frame, field: string): Promise<boolean> {
  if (frame.state.language === 'JSONPath')
    return evaluateCondition(condition, pathScope(frame, await effectiveInput(frame)));
  const value = condition['Condition'];
  return (await evaluateTyped(value, 'boolean', expressionScope(frame), field)) === true;
}
