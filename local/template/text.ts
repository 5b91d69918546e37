import { parseDocument, YAMLMap, type CollectionTag, type ScalarTag, type YAMLSeq } from 'yaml';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Parses a template in JSON, or in YAML with the short forms of intrinsic functions (`!Ref`,
 * `!Sub`). Throws an error that names the file if the result is not an object.
 */
export function parseTemplate(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text);
    if (isRecord(parsed)) return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is not a template in JSON or YAML: ${reason}`, { cause: error });
  }
  throw new Error(`${file} is not a template: it contains no object`);
}

/** An unknown tag is a mistake. The parser only warns about it and returns a string. */
function parseYaml(text: string): unknown {
  const document = parseDocument(text, { customTags: shortForms });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS();
}

const functions = (
  'And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Select Split ' +
  'Sub ToJsonString Transform'
).split(' ');

const longForms: readonly (readonly [short: string, long: string])[] = [
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...functions.map((name) => [`!${name}`, `Fn::${name}`] as const),
];

/** A short form can precede a string, a list or a map. */
const shortForms: (ScalarTag | CollectionTag)[] = longForms.flatMap(([tag, long]) => [
  { tag, resolve: (text: string) => ({ [long]: text }) },
  {
    tag,
    collection: 'seq',
    resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => wrapInMap(long, node),
  },
  {
    tag,
    collection: 'map',
    resolve: (node: YAMLMap.Parsed | YAMLSeq.Parsed) => wrapInMap(long, node),
  },
]);

function wrapInMap(long: string, node: YAMLMap.Parsed | YAMLSeq.Parsed): YAMLMap {
  const map = new YAMLMap();
  map.set(long, node);
  return map;
}
