import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { member, report, type Check, type Place } from '#local/step-functions/validation/place.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

/** A field of an object. */
export interface Field {
  readonly check: Check;
  /** The only query language that has the field. */
  readonly only?: QueryLanguage | undefined;
}

/** The fields of an object, and which of them it needs. */
export interface ObjectSchema {
  readonly fields: Readonly<Record<string, Field>>;
  readonly required?: readonly string[] | undefined;
  /** Of each group, at most one field may be there. */
  readonly exclusive?: readonly (readonly string[])[] | undefined;
  /** Of each group, one field must be there. These groups are exclusive, too. */
  readonly oneOf?: readonly (readonly string[])[] | undefined;
}

/** Returns fields that both query languages have. */
export function fields(checks: Readonly<Record<string, Check>>): Readonly<Record<string, Field>> {
  return toFields(checks, undefined);
}

/** Returns fields that only one query language has. */
export function only(
  language: QueryLanguage,
  checks: Readonly<Record<string, Check>>,
): Readonly<Record<string, Field>> {
  return toFields(checks, language);
}

function toFields(
  checks: Readonly<Record<string, Check>>,
  language: QueryLanguage | undefined,
): Readonly<Record<string, Field>> {
  const entries = Object.entries(checks);
  return Object.fromEntries(entries.map(([name, check]) => [name, { check, only: language }]));
}

/** Checks the fields of an object. */
export function object(schema: ObjectSchema): Check {
  return (value, place) => {
    if (!isRecord(value)) return report(place, 'Expected value of type [OBJECT]');
    checkPresence(schema, value, place);
    for (const [name, each] of Object.entries(value)) checkField(schema, [name, each], place);
  };
}

function checkField(
  { fields: known }: ObjectSchema,
  [name, value]: readonly [string, unknown],
  place: Place,
): void {
  const field = Object.hasOwn(known, name) ? known[name] : undefined;
  if (field === undefined) report(place, `Field '${name}' is not supported`);
  else if (field.only !== undefined && field.only !== place.language && !place.isMixed) {
    report(place, foreignField(name, place.language));
  } else field.check(value, member(place, name));
}

/** Returns the message about a field of the other query language. */
export function foreignField(name: string, language: QueryLanguage): string {
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  return `The QueryLanguage is set to '${language}', but field '${name}' is only supported for the '${other}' QueryLanguage`;
}

function checkPresence(schema: ObjectSchema, value: Json, place: Place): void {
  const { required = [], exclusive = [], oneOf = [] } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  if (missing.length > 0) report(place, `These fields are required: [${missing.join(', ')}]`);
  for (const group of [...exclusive, ...oneOf]) {
    const present = group.filter((name) => Object.hasOwn(value, name));
    if (present.length > 1) {
      report(place, `There should only be one of the following fields: [${present.join(', ')}]`);
    }
  }
  for (const group of oneOf) {
    const names = group.filter((name) => isOf(schema, name, place.language));
    if (group.some((name) => Object.hasOwn(value, name))) continue;
    report(
      place,
      `This object should have only one of the following fields: [${names.join(', ')}]`,
    );
  }
}

function isOf({ fields: known }: ObjectSchema, name: string, language: QueryLanguage): boolean {
  const field = known[name];
  return field?.only === undefined || field.only === language;
}
