import {
  checkExpression,
  extractExpression,
} from '#local/step-functions/definition/check-expressions.ts';
import { item, report, type Check } from '#local/step-functions/validation/place.ts';
import type { Range } from '#local/wire/shape.ts';

/** Any value. */
export const anything: Check = () => undefined;

/** Text, or in JSONata an expression. */
export const text: Check = (value, place) => {
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
  else checkExpression(value, place);
};

/** Text that is never an expression, such as the name of a state. */
export const plainText: Check = (value, place) => {
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
};

export const flag: Check = (value, place) => {
  if (typeof value !== 'boolean') report(place, 'Expected value of type [BOOLEAN]');
};

/** One of several texts. */
export function oneOf(...values: readonly string[]): Check {
  return (value, place) => {
    if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
    else if (!values.includes(value))
      report(place, `Value should be one of the following: [${values.join(', ')}]`);
  };
}

/** An integer. */
export function integer(range: Range = {}): Check {
  return numeric('Integer', range, Number.isInteger, String);
}

/** A number, whose limits Step Functions writes with a decimal place. */
export function decimal(range: Range = {}): Check {
  return numeric('Number', range, Number.isFinite, (limit) =>
    Number.isInteger(limit) ? limit.toFixed(1) : String(limit),
  );
}

function numeric(
  kind: string,
  { min = -Infinity, max = Infinity }: Range,
  isKind: (value: unknown) => boolean,
  render: (limit: number) => string,
): Check {
  return (value, place) => {
    if (typeof value !== 'number' || !isKind(value))
      report(place, `Expected value of type ${kind}`);
    else if (value < min) report(place, `Minimum value is ${render(min)}`);
    else if (value > max) report(place, `Maximum value is ${render(max)}`);
  };
}

/** In JSONata an expression, or else a value that the check accepts. */
export function orExpression(check: Check): Check {
  return (value, place) => {
    const isText = typeof value === 'string' && place.language === 'JSONata';
    if (isText && extractExpression(value) !== undefined) checkExpression(value, place);
    else check(value, place);
  };
}

/** An array with at least one item. */
export function nonEmpty(check: Check): Check {
  const checkEach = each(check);
  return (value, place) => {
    if (Array.isArray(value) && value.length === 0) report(place, 'Value cannot be empty');
    else checkEach(value, place);
  };
}

/** An array. */
export function each(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return report(place, 'Expected value of type [ARRAY]');
    for (const [index, element] of value.entries()) check(element, item(place, index));
  };
}

const timestampForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

/** A timestamp with a time zone. */
export const timestamp: Check = (value, place) => {
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
  else if (!timestampForm.test(value) || Number.isNaN(Date.parse(value)))
    report(place, 'String does not match RFC3339 timestamp');
};
