import { findReferences } from '#local/step-functions/validation/jsonata-references.ts';
import { isIntrinsic } from '#local/step-functions/validation/intrinsics.ts';
import { parsePath } from '#local/step-functions/validation/paths.ts';
import { item, member, report, type Place } from '#local/step-functions/validation/place.ts';
import { foreignField } from '#local/step-functions/validation/schema.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** Checks a payload template: any JSON value with expressions, or with paths in members like `x.$`. */
export function checkTemplate(value: unknown, place: Place): void {
  if (typeof value === 'string') checkExpression(value, place);
  else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) checkTemplate(each, item(place, index));
  } else if (isRecord(value)) {
    for (const [name, each] of Object.entries(value)) {
      if (name.endsWith('.$')) checkPathMember(name, each, place);
      else checkTemplate(each, member(place, name));
    }
  }
}

function checkPathMember(name: string, value: unknown, place: Place): void {
  if (place.language === 'JSONata') report(place, foreignField(name, 'JSONata'));
  else if (typeof value !== 'string') {
    report(
      place,
      `The value for the field '${name}' must be a STRING that contains a JSONPath but was ${typeName(value)}`,
    );
  } else if (!isPathOrIntrinsic(value)) {
    report(
      place,
      `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
    );
  }
}

function isPathOrIntrinsic(text: string): boolean {
  return text.startsWith('$') ? parsePath(text) !== undefined : isIntrinsic(text);
}

function typeName(value: unknown): string {
  if (value === null) return 'NULL';
  return Array.isArray(value) ? 'ARRAY' : (typeof value).toUpperCase();
}

/** Checks a text that, in a JSONata state, may be an expression. */
export function checkExpression(text: string, place: Place): void {
  if (place.language === 'JSONPath' || !text.startsWith('{%')) return;
  const source = extractExpression(text);
  if (source === undefined) report(place, 'JSONata string must start with {% and end with %}');
  else checkJsonata(source, place);
}

function checkJsonata(source: string, place: Place): void {
  try {
    const { topLevel, members } = findReferences(source);
    for (const name of topLevel) {
      const where = name === '$$' ? '' : ' at the top level';
      report(
        place,
        `Reference to '${name}'${where} is not supported.`,
        'UNSUPPORTED_JSONATA_EXPRESSION',
      );
    }
    const known = new Set(['input', 'context', ...place.members]);
    for (const name of members) {
      if (known.has(name)) continue;
      report(place, `Field '$states.${name}' does not exist.`, 'UNSUPPORTED_JSONATA_EXPRESSION');
    }
  } catch (error) {
    report(place, errorMessage(error), 'INVALID_JSONATA_EXPRESSION');
  }
}

/** Returns the message of what was thrown, also for JSONata, which throws plain objects. */
export function errorMessage(error: unknown): string {
  const { message } = record(error);
  return asText(message) ?? String(error);
}

/** Returns the expression between `{%` and `%}`, or undefined if the text has no such marks. */
export function extractExpression(text: string): string | undefined {
  return /^\{%([\s\S]*)%\}$/u.exec(text)?.[1];
}
