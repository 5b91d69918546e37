import { parse } from 'csv-parse/sync';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Returns the items in the text of a file. Throws `States.ItemReaderFailed` if it has another form. */
export function readRows(text: string, config: Json): readonly unknown[] {
  switch (config['InputType']) {
    case 'CSV':
      return readCsv(text, config);
    case 'JSONL':
      return text
        .split(/\r?\n/u)
        .filter((line) => line.trim() !== '')
        .map(parseJson);
    default:
      return readArray(text, asText(config['ItemsPointer']) ?? '');
  }
}

/** Returns the error of a reader. */
export function readerError(cause: string): StatesError {
  return new StatesError('States.ItemReaderFailed', cause);
}

const delimiters: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

/** Missing fields are empty, and fields without a header are left out. */
function readCsv(text: string, config: Json): readonly unknown[] {
  const delimiter = delimiters[asText(config['CSVDelimiter']) ?? 'COMMA'] ?? ',';
  const rows = parseCsv(text, delimiter);
  const given = config['CSVHeaders'];
  const isGiven = config['CSVHeaderLocation'] === 'GIVEN';
  const headers = isGiven && Array.isArray(given) ? given.map(String) : (rows[0] ?? []);
  if (new Set(headers).size < headers.length)
    throw readerError('CSV headers cannot contain duplicates.');
  const positions = orderLikeAws(headers);
  return rows
    .slice(isGiven ? 0 : 1)
    .map((row) =>
      Object.fromEntries(positions.map(([header, position]) => [header, row[position] ?? ''])),
    );
}

function parseCsv(text: string, delimiter: string): readonly (readonly string[])[] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relaxColumnCount: true,
      relaxQuotes: true,
      skipEmptyLines: true,
    });
  } catch (error) {
    throw readerError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Returns the headers with their positions in the order in which recorded items have them: that of
 * Java's `HashMap`. Text that shows a whole item depends on it.
 */
function orderLikeAws(headers: readonly string[]): readonly (readonly [string, number])[] {
  let capacity = 16;
  while (headers.length > capacity * 0.75) capacity *= 2;
  const bucket = (text: string): number => {
    let hash = 0;
    for (let index = 0; index < text.length; index += 1)
      hash = Math.trunc(Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return headers
    .map((header, position) => [header, position] as const)
    .toSorted(([left], [right]) => bucket(left) - bucket(right));
}

function readArray(text: string, pointer: string): readonly unknown[] {
  const value = followPointer(parseJson(text), pointer);
  if (Array.isArray(value)) return value;
  throw readerError('Attempting to map over non-iterable node.');
}

function parseJson(text: string): unknown {
  try {
    return parseStateJson(text);
  } catch (error) {
    throw readerError(error instanceof Error ? error.message : String(error));
  }
}

/** Follows a JSON pointer (RFC 6901). */
function followPointer(root: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, step) => {
      if (Array.isArray(value)) return value[Number(step)];
      return isRecord(value) ? record(value)[step] : undefined;
    }, root);
}
