import { checkTemplate } from '#local/step-functions/definition/check-expressions.ts';
import { resultPath } from '#local/step-functions/validation/paths.ts';
import { item, member, report, type Check } from '#local/step-functions/validation/place.ts';
import { fields, object, only } from '#local/step-functions/validation/schema.ts';
import {
  anything,
  decimal,
  each,
  integer,
  nonEmpty,
  oneOf,
  plainText,
} from '#local/step-functions/validation/values.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Names of variables are at most this long. */
const maxNameLength = 80;

/** The variables that a state assigns. */
export const assign: Check = (value, place) => {
  if (!isRecord(value)) {
    if (typeof value === 'string' && place.language === 'JSONata') checkTemplate(value, place);
    else report(place, 'Expected value of type [OBJECT]');
    return;
  }
  for (const key of Object.keys(value)) {
    const name = place.language === 'JSONPath' ? key.replace(/\.\$$/u, '') : key;
    const at = member(place, key);
    if (name === 'states') {
      report(at, "Cannot assign to reserved variable '$states'.", 'RESERVED_VARIABLE_NAME');
    } else if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || name.length > maxNameLength) {
      report(
        at,
        `Invalid variable name '${name}': the variable name contains invalid characters.`,
        'INVALID_VARIABLE_NAME',
      );
    }
  }
  checkTemplate(value, place);
};

const retrier = object({
  required: ['ErrorEquals'],
  fields: fields({
    Comment: anything,
    ErrorEquals: nonEmpty(plainText),
    // Step Functions accepts an interval of 0, although the States Language does not.
    IntervalSeconds: integer({ min: 0, max: 99_999_999 }),
    MaxAttempts: integer({ min: 0, max: 99_999_999 }),
    BackoffRate: decimal({ min: 1 }),
    MaxDelaySeconds: integer({ min: 1, max: 31_622_400 }),
    JitterStrategy: oneOf('NONE', 'FULL'),
  }),
});

const catcher = object({
  required: ['ErrorEquals', 'Next'],
  fields: {
    ...fields({
      Comment: anything,
      ErrorEquals: nonEmpty(plainText),
      Next: plainText,
      Assign: assign,
    }),
    ...only('JSONPath', { ResultPath: resultPath }),
    ...only('JSONata', { Output: checkTemplate }),
  },
});

/** `Retry` */
export const retriers: Check = (value, place) => {
  each(retrier)(value, place);
  checkCatchAll(value, place);
};

/** `Catch` */
export const catchers: Check = (value, place) => {
  each(catcher)(value, { ...place, members: ['errorOutput'] });
  checkCatchAll(value, place);
};

/** Reports `States.ALL` that is not the only error of the last entry. */
const checkCatchAll: Check = (value, place) => {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const [index, entry] of entries.entries()) {
    const errors = isRecord(entry) ? entry['ErrorEquals'] : undefined;
    if (!Array.isArray(errors) || !errors.includes('States.ALL')) continue;
    if (errors.length === 1 && index === entries.length - 1) continue;
    const at = member(item(place, index), 'ErrorEquals');
    report(at, 'States.ALL must appear alone and at end of list');
  }
};
