import { queryError, runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateTyped } from '#local/step-functions/expressions/expressions.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import { expressionScope, pathScope, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { toNumber } from '#local/wire/json/exact-json.ts';

/** A field of a state that is a number. */
export interface NumberField {
  /** The name without `Path`. */
  readonly name: string;
  readonly min: number;
  readonly max?: number;
  readonly isFraction?: boolean;
}

/**
 * Returns the number in a field: a literal, the value at a path, or the result of an expression.
 * Throws an `EvaluationError` if it is no number or out of bounds.
 */
export async function readNumber(
  field: NumberField,
  value: unknown,
  frame: Frame,
): Promise<number> {
  if (typeof value === 'number') return value;
  return frame.state.language === 'JSONata'
    ? readExpression(field, value, frame)
    : readByPath(field, String(value), frame);
}

async function readExpression(field: NumberField, value: unknown, frame: Frame): Promise<number> {
  const { name, min, max = 99_999_999, isFraction = false } = field;
  const number = Number(await evaluateTyped(value, 'number', expressionScope(frame), name));
  if (!isFraction && !Number.isInteger(number))
    throw queryError(`The ${name} field cannot be parsed as an integer: ${number}`, name);
  if (number < min || number > max)
    throw queryError(`${name} must be between ${min} and ${max} but was: ${number}`, name);
  return number;
}

function readByPath(field: NumberField, path: string, frame: Frame): number {
  const { name, min, max = Infinity, isFraction = false } = field;
  const found = evaluate(path, pathScope(frame));
  const isDigits = typeof found === 'string' && /^-?\d+$/u.test(found);
  const number = isDigits ? Number(found) : toNumber(found);
  if (number === undefined || !(isFraction || Number.isInteger(number))) {
    const shown = typeof found === 'string' ? found : JSON.stringify(found);
    const kind = isFraction ? 'float' : 'integer';
    throw runtimeError(
      `The ${name}Path field refers to value "${shown}" which is not a valid ${kind}: ${path}`,
    );
  }
  if (number > max) throw runtimeError(`${name} must be between ${min} and ${max}.`);
  if (number >= min) return number;
  const sign = min > 0 ? 'positive' : 'non-negative';
  throw runtimeError(`Expected ${sign} integer for ${name}, got '${number}' instead.`);
}
