import {
  checkTemplate,
  checkExpression,
  extractExpression,
} from '#local/step-functions/definition/check-expressions.ts';
import { assign } from '#local/step-functions/validation/states/handlers.ts';
import { parsePath } from '#local/step-functions/validation/paths.ts';
import { report, type Check } from '#local/step-functions/validation/place.ts';
import {
  fields,
  object,
  only,
  type Field,
  type ObjectSchema,
} from '#local/step-functions/validation/schema.ts';
import {
  anything,
  decimal,
  flag,
  nonEmpty,
  plainText,
  timestamp,
} from '#local/step-functions/validation/values.ts';
import { isRecord } from '#local/wire/shape.ts';

const referencePath: Check = (value, place) => {
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
  else if (!value.startsWith('$')) {
    report(place, "Value is not a Reference Path: Reference path didn't start with '$'");
  } else if (parsePath(value)?.isReference !== true) {
    report(place, 'Value is not a Reference Path');
  }
};

const orders = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'];

/** The comparisons of ordered values. Each also exists with the suffix `Path`. */
const ordered: readonly (readonly [name: string, operand: Check])[] = [
  ...orders.map((order) => [`String${order}`, plainText] as const),
  ...orders.map((order) => [`Numeric${order}`, decimal()] as const),
  ...orders.map((order) => [`Timestamp${order}`, timestamp] as const),
  ['BooleanEquals', flag],
];

const tests = ['IsNull', 'IsPresent', 'IsNumeric', 'IsString', 'IsBoolean', 'IsTimestamp'];

const operators: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(ordered),
  ...Object.fromEntries(ordered.map(([name]) => [`${name}Path`, referencePath])),
  ...Object.fromEntries(tests.map((name) => [name, flag])),
  StringMatches: plainText,
};

const selectors = ['And', 'Or', 'Not', 'Variable', 'Condition'];

const condition: Check = (value, place) => {
  if (typeof value === 'boolean') return;
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
  else if (extractExpression(value) === undefined) {
    report(place, 'JSONata string must start with {% and end with %}');
  } else checkExpression(value, place);
};

/** What a rule is, whether or not it is inside another one. */
const ruleFields: Readonly<Record<string, Field>> = {
  ...fields({ Comment: anything }),
  ...only('JSONPath', {
    Variable: referencePath,
    Not: (value, place) => nestedRule(value, place),
    And: (value, place) => nonEmpty(nestedRule)(value, place),
    Or: (value, place) => nonEmpty(nestedRule)(value, place),
    ...operators,
  }),
};

const nestedRule = ruleOf({ fields: ruleFields });

/** A rule of a Choice state. */
export const choiceRule: Check = ruleOf({
  required: ['Next'],
  fields: {
    ...ruleFields,
    ...fields({ Next: plainText, Assign: assign }),
    ...only('JSONata', { Condition: condition, Output: checkTemplate }),
  },
});

function ruleOf(schema: ObjectSchema): Check {
  const checkFields = object(schema);
  return (value, place) => {
    checkFields(value, place);
    if (!isRecord(value)) return;
    const names = Object.keys(value);
    if (names.filter((name) => selectors.includes(name)).length !== 1) {
      const all = selectors.join(', ');
      report(place, `The object must have only one of the following fields, [${all}]`);
      return;
    }
    const compared = names.filter((name) => Object.hasOwn(operators, name));
    const isComparison = Object.hasOwn(value, 'Variable');
    if (compared.length > 1 || (!isComparison && compared.length > 0)) {
      report(place, `There should only be one of the following fields: [${compared.join(', ')}]`);
    } else if (isComparison && compared.length === 0) {
      const all = Object.keys(operators).join(', ');
      report(place, `This object should have only one of the following fields: [${all}]`);
    }
  };
}
