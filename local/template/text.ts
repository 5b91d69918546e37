import {
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  YAMLMap,
  type CollectionTag,
  type Document,
  type ScalarTag,
  type YAMLSeq,
} from 'yaml';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Parses a template in JSON, or in YAML with the short forms of intrinsic functions (`!Ref`,
 * `!Sub`). Throws an error that names the file if the result is not an object. `warn` receives the
 * keys that YAML repeats: CloudFormation and SAM use the last value of each.
 */
export function parseTemplate(
  text: string,
  file: string,
  warn: (message: string) => void,
): Readonly<Record<string, unknown>> {
  try {
    const isJson = text.trimStart().startsWith('{');
    const parsed: unknown = isJson
      ? JSON.parse(text)
      : parseYaml(text, (message) => warn(`${file}: ${message}`));
    if (isRecord(parsed)) return parsed;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is not a template in JSON or YAML: ${reason}`, { cause: error });
  }
  throw new Error(`${file} is not a template: it contains no object`);
}

/** An unknown tag is a mistake. The parser only warns about it and returns a string. */
function parseYaml(text: string, warn: (message: string) => void): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { customTags: shortForms, uniqueKeys: false, lineCounter });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  for (const { key, offset } of repeatedKeys(document)) {
    const { line } = lineCounter.linePos(offset);
    warn(`line ${line}: ${key} is there twice, and this last value is used`);
  }
  return document.toJS();
}

interface RepeatedKey {
  readonly key: string;
  readonly offset: number;
}

function repeatedKeys(document: Document.Parsed): readonly RepeatedKey[] {
  const repeated: RepeatedKey[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) repeated.push({ key: name, offset: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return repeated;
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
