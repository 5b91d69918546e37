import { checkTemplate } from '#local/step-functions/definition/check-expressions.ts';
import type { State } from '#local/step-functions/definition/definition.ts';
import { assign, catchers, retriers } from '#local/step-functions/validation/states/handlers.ts';
import { branch } from '#local/step-functions/validation/states/branches.ts';
import { choiceRule } from '#local/step-functions/validation/states/choice-rules.ts';
import { mapFields } from '#local/step-functions/validation/states/map-fields.ts';
import {
  nullablePath,
  path,
  referencePath,
  resultPath,
} from '#local/step-functions/validation/paths.ts';
import { isIntrinsic } from '#local/step-functions/validation/intrinsics.ts';
import { report, type Check } from '#local/step-functions/validation/place.ts';
import { credentials, resource } from '#local/step-functions/validation/states/resource.ts';
import { fields, only, type ObjectSchema } from '#local/step-functions/validation/schema.ts';
import {
  anything,
  flag,
  integer,
  nonEmpty,
  oneOf,
  orExpression,
  plainText,
  text,
  timestamp,
} from '#local/step-functions/validation/values.ts';

const common = fields({
  // The language decides how the other fields are checked, so it is checked before them.
  Type: anything,
  Comment: anything,
  QueryLanguage: anything,
});
const transition = fields({ Next: plainText, End: flag });
const paths = only('JSONPath', { InputPath: nullablePath, OutputPath: nullablePath });
/** In `Output` and `Assign`, the result of a state can be referred to. */
const withResult =
  (check: Check): Check =>
  (value, place) =>
    check(value, { ...place, members: ['result'] });
const output = only('JSONata', { Output: checkTemplate });
const outputOfResult = {
  ...only('JSONata', { Output: withResult(checkTemplate) }),
  ...fields({ Assign: withResult(assign) }),
};
const parameters = only('JSONPath', { Parameters: checkTemplate, ResultPath: resultPath });
const work = {
  ...common,
  ...transition,
  ...paths,
  ...parameters,
  ...outputOfResult,
  ...only('JSONPath', { ResultSelector: checkTemplate }),
  ...fields({ Retry: retriers, Catch: catchers }),
};
const argumentsField = only('JSONata', { Arguments: checkTemplate });

const seconds = (min: number): Check => orExpression(integer({ min, max: 99_999_999 }));
const secondsPath = referencePath('data', 'context', 'variable');

/** The intrinsic functions that return text, which is what a Fail state needs. */
const textFunctions =
  /^States\.(?:Format|JsonToString|ArrayGetItem|Base64Encode|Base64Decode|Hash|UUID)\(/u;

const textPath: Check = (value, place) => {
  if (typeof value !== 'string' || !textFunctions.test(value)) path(value, place);
  else if (!isIntrinsic(value)) report(place, 'Value must be a valid JSONPath.');
};

/** The fields of each type of state. */
export const stateSchemas: Readonly<Record<State['type'], ObjectSchema>> = {
  Pass: {
    fields: {
      ...common,
      ...transition,
      ...paths,
      ...parameters,
      ...output,
      ...only('JSONPath', { Result: anything }),
      ...fields({ Assign: assign }),
    },
  },
  Task: {
    required: ['Resource'],
    exclusive: [
      ['TimeoutSeconds', 'TimeoutSecondsPath'],
      ['HeartbeatSeconds', 'HeartbeatSecondsPath'],
    ],
    fields: {
      ...work,
      ...argumentsField,
      ...fields({
        Resource: resource,
        Credentials: credentials,
        TimeoutSeconds: seconds(1),
        HeartbeatSeconds: seconds(1),
      }),
      ...only('JSONPath', { TimeoutSecondsPath: secondsPath, HeartbeatSecondsPath: secondsPath }),
    },
  },
  Choice: {
    required: ['Choices'],
    fields: {
      ...common,
      ...paths,
      ...output,
      ...fields({ Assign: assign, Choices: nonEmpty(choiceRule), Default: plainText }),
    },
  },
  Wait: {
    oneOf: [['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp']],
    fields: {
      ...common,
      ...transition,
      ...paths,
      ...output,
      ...fields({ Assign: assign, Seconds: seconds(0), Timestamp: orExpression(timestamp) }),
      ...only('JSONPath', { SecondsPath: secondsPath, TimestampPath: secondsPath }),
    },
  },
  Succeed: { fields: { ...common, ...paths, ...output } },
  Fail: {
    exclusive: [
      ['Error', 'ErrorPath'],
      ['Cause', 'CausePath'],
    ],
    fields: {
      ...common,
      ...fields({ Error: text, Cause: text }),
      ...only('JSONPath', { ErrorPath: textPath, CausePath: textPath }),
    },
  },
  Parallel: {
    required: ['Branches'],
    fields: { ...work, ...argumentsField, ...fields({ Branches: nonEmpty(branch) }) },
  },
  Map: { ...mapFields, fields: { ...work, ...mapFields.fields } },
};

/** The types that a state can have. */
export const stateType: Check = oneOf(...Object.keys(stateSchemas));
