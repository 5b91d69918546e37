import { checkTemplate } from '#local/step-functions/definition/check-expressions.ts';
import { itemProcessor } from '#local/step-functions/validation/states/branches.ts';
import { referencePath } from '#local/step-functions/validation/paths.ts';
import { report, type Check } from '#local/step-functions/validation/place.ts';
import {
  fields,
  object,
  only,
  type Field,
  type ObjectSchema,
} from '#local/step-functions/validation/schema.ts';
import {
  decimal,
  each,
  integer,
  oneOf,
  orExpression,
  plainText,
} from '#local/step-functions/validation/values.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** Of the paths of a Map, only that to its items can begin at the context object. */
const numberPath = referencePath('data', 'variable');

/** A number, or in JSONPath the path to one. */
function numberOrPath(name: string, check: Check): Readonly<Record<string, Field>> {
  return {
    ...fields({ [name]: orExpression(check) }),
    ...only('JSONPath', { [`${name}Path`]: numberPath }),
  };
}

const pair = (name: string): readonly string[] => [name, `${name}Path`];

const items: Check = orExpression((value, place) => {
  if (!Array.isArray(value) && !isRecord(value)) report(place, 'Expected value of type [ARRAY]');
  else checkTemplate(value, place);
});

const itemBatcher = object({
  exclusive: [pair('MaxItemsPerBatch'), pair('MaxInputBytesPerBatch')],
  fields: {
    ...numberOrPath('MaxItemsPerBatch', integer({ min: 0 })),
    ...numberOrPath('MaxInputBytesPerBatch', integer({ min: 0, max: 262_144 })),
    ...fields({ BatchInput: checkTemplate }),
  },
});

/** The resource of a reader or writer, which is an action of S3. */
function s3Resource(...actions: readonly string[]): Check {
  const form = new RegExp(`^arn:aws[\\w-]*:states:[\\w-]*:\\d*:s3:(?:${actions.join('|')})$`, 'u');
  return (value, place) => {
    if (typeof value === 'string' && form.test(value)) return;
    report(place, "The field 'Resource' does not match any of the allowed values");
  };
}

const payload = {
  ...only('JSONPath', { Parameters: checkTemplate }),
  ...only('JSONata', { Arguments: checkTemplate }),
};

const csvFields = fields({
  CSVHeaderLocation: oneOf('FIRST_ROW', 'GIVEN'),
  CSVHeaders: each(plainText),
  CSVDelimiter: oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'),
});

const readerFields = {
  ...fields({
    InputType: oneOf('CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET'),
    Transformation: oneOf('NONE', 'LOAD_AND_FLATTEN'),
    ManifestType: oneOf('ATHENA_DATA', 'S3_INVENTORY'),
  }),
  ...numberOrPath('MaxItems', integer({ min: 0, max: 100_000_000 })),
};

/** Each format of a file has options of its own. */
const readerConfig: Check = (value, place) => {
  const { InputType: type, CSVHeaderLocation: location } = record(value);
  object({
    required: location === 'GIVEN' ? ['CSVHeaders'] : [],
    exclusive: [pair('MaxItems')],
    fields: {
      ...readerFields,
      ...(type === 'CSV' ? csvFields : {}),
      ...(type === 'JSON' ? fields({ ItemsPointer: plainText }) : {}),
    },
  })(value, place);
  if (type === 'CSV' && location === undefined)
    report(place, "The field 'CSVHeaderLocation' is required but was missing");
};

const itemReader = object({
  required: ['Resource'],
  fields: {
    ...payload,
    ...fields({
      Resource: s3Resource('getObject', 'listObjectsV2'),
      ReaderConfig: readerConfig,
    }),
  },
});

const resultWriter = object({
  fields: {
    ...payload,
    ...fields({
      Resource: s3Resource('putObject'),
      WriterConfig: object({
        fields: fields({
          Transformation: oneOf('NONE', 'COMPACT', 'FLATTEN'),
          OutputType: oneOf('JSON', 'JSONL'),
        }),
      }),
    }),
  },
});

/** Labels are parts of ARNs. */
const maxLabelLength = 40;

const label: Check = (value, place) => {
  plainText(value, place);
  if (typeof value !== 'string') return;
  const { labels } = place.machine;
  if (value.length > maxLabelLength) {
    const message = `Invalid Label name: Label exceeds the ${maxLabelLength}-character limit allowed by the service`;
    report(place, message, 'INVALID_LABEL_NAME');
  } else if (value === '' || /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(value)) {
    report(place, `Invalid Label name: '${value}'`, 'INVALID_LABEL_NAME');
  } else if (labels.has(value)) {
    report(place, `Duplicate Label name: ${value}`, 'DUPLICATE_LABEL_NAME');
  }
  labels.add(value);
};

/** What a Map state has in addition to other states that do work. */
export const mapFields: ObjectSchema = {
  oneOf: [['ItemProcessor', 'Iterator']],
  exclusive: [
    ['ItemSelector', 'Parameters'],
    pair('MaxConcurrency'),
    pair('ToleratedFailureCount'),
    pair('ToleratedFailurePercentage'),
  ],
  fields: {
    ...fields({
      ItemProcessor: itemProcessor,
      Iterator: itemProcessor,
      ItemSelector: checkTemplate,
      ItemReader: itemReader,
      ItemBatcher: itemBatcher,
      ResultWriter: resultWriter,
      Label: label,
    }),
    ...only('JSONPath', { ItemsPath: referencePath('data', 'context', 'variable') }),
    ...only('JSONata', { Items: items }),
    ...numberOrPath('MaxConcurrency', integer({ min: 0 })),
    ...numberOrPath('ToleratedFailureCount', integer({ min: 0 })),
    ...numberOrPath('ToleratedFailurePercentage', decimal({ min: 0, max: 100 })),
  },
};
