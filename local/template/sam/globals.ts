import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The section of `Globals` with the defaults of each type. */
const sections: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::Api': 'Api',
  'AWS::Serverless::HttpApi': 'HttpApi',
  'AWS::Serverless::SimpleTable': 'SimpleTable',
  'AWS::Serverless::StateMachine': 'StateMachine',
  'AWS::Serverless::LayerVersion': 'LayerVersion',
};

/**
 * Returns properties with SAM's global defaults. Maps are merged, lists are joined with the global
 * items first, and any other value of the resource replaces the default.
 */
export function withGlobals(type: string, properties: Json, globals: Json): Json {
  const section = Object.hasOwn(sections, type) ? sections[type] : undefined;
  return section === undefined ? properties : record(merge(globals[section], properties));
}

function merge(defaults: unknown, values: unknown): unknown {
  if (values === undefined) return defaults;
  if (Array.isArray(defaults) && Array.isArray(values)) return [...defaults, ...values];
  if (!isPlainMap(defaults) || !isPlainMap(values)) return values;
  const keys = [...new Set([...Object.keys(defaults), ...Object.keys(values)])];
  return Object.fromEntries(keys.map((key) => [key, merge(defaults[key], values[key])]));
}

/** An intrinsic function is a value, not a map. */
function isPlainMap(value: unknown): value is Json {
  if (!isRecord(value)) return false;
  return !Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}
