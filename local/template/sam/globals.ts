import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The section of `Globals` that each type takes its defaults from. */
const sections: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::Api': 'Api',
  'AWS::Serverless::HttpApi': 'HttpApi',
  'AWS::Serverless::SimpleTable': 'SimpleTable',
  'AWS::Serverless::StateMachine': 'StateMachine',
  'AWS::Serverless::LayerVersion': 'LayerVersion',
};

/**
 * Properties with SAM's global defaults: maps are merged, lists joined with the global items
 * first, everything else is the resource's own where it has it.
 */
export function withGlobals(type: string, properties: Json, globals: Json): Json {
  const section = Object.hasOwn(sections, type) ? sections[type] : undefined;
  return section === undefined ? properties : record(merge(globals[section], properties));
}

function merge(ours: unknown, theirs: unknown): unknown {
  if (theirs === undefined) return ours;
  if (Array.isArray(ours) && Array.isArray(theirs)) return [...ours, ...theirs];
  if (!isPlainMap(ours) || !isPlainMap(theirs)) return theirs;
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return Object.fromEntries(keys.map((key) => [key, merge(ours[key], theirs[key])]));
}

/** An intrinsic function is a value, not a map. */
function isPlainMap(value: unknown): value is Json {
  if (!isRecord(value)) return false;
  return !Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}
