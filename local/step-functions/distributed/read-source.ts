import { gunzipSync } from 'node:zlib';
import type { DistributedMap } from '#local/step-functions/definition/definition.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { readerError, readRows } from '#local/step-functions/distributed/read-rows.ts';
import type { Objects } from '#local/step-functions/distributed/objects.ts';
import type { StateItems } from '#local/step-functions/fan-out/map-items.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import {
  expressionScope,
  pathScope,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The items of a distributed Map state, and where they are from. */
export interface Items extends StateItems {
  /** As `$$.Map.Item.Source` has it. */
  readonly source: string;
}

/** Returns how many items a reader may read at most; 0 stands for all. */
export async function readMaxItems(
  reader: DistributedMap['reader'],
  frame: Frame,
): Promise<number> {
  const config = record(reader?.['ReaderConfig']);
  const value = config['MaxItemsPath'] ?? config['MaxItems'] ?? 0;
  return readNumber({ name: 'MaxItems', min: -Infinity }, value, frame);
}

/** The most items that a map run has. */
const maxTotal = 100_000_000;

/** Reads the items of an `ItemReader`. Throws `States.ItemReaderFailed`. */
export async function readSource(
  { reader, maxItems }: { readonly reader: Json; readonly maxItems: number },
  frame: Frame,
  objects: Objects,
): Promise<Items> {
  if (maxItems < 0) throw readerError('field MaxItems must be positive');
  const location = await readParameters(reader, frame, 'ItemReader');
  const bucket = asText(location['Bucket']) ?? '';
  const config = record(reader['ReaderConfig']);
  const isList = String(reader['Resource']).endsWith(':listObjectsV2');
  const read: SourceRead = { bucket, config, objects };
  try {
    const items = isList
      ? await readList(asText(location['Prefix']) ?? '', read)
      : await readFile(asText(location['Key']) ?? '', read);
    return { ...items, values: items.values.slice(0, maxItems === 0 ? maxTotal : maxItems) };
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    throw readerError(error.causeText ?? '');
  }
}

/** Returns the `Parameters` of a reader or writer, or its `Arguments` in JSONata. */
export async function readParameters(part: Json, frame: Frame, field: string): Promise<Json> {
  return record(
    frame.state.language === 'JSONata'
      ? await evaluateAll(part['Arguments'] ?? {}, expressionScope(frame), `${field}/Arguments`)
      : fillTemplate(part['Parameters'] ?? {}, pathScope(frame, selectedInput(frame))),
  );
}

interface SourceRead {
  readonly bucket: string;
  readonly config: Json;
  readonly objects: Objects;
}

async function readList(prefix: string, read: SourceRead): Promise<Items> {
  const { bucket, config, objects } = read;
  const listed = await objects.list(bucket, prefix);
  const source = `S3://${bucket}`;
  if (config['Transformation'] !== 'LOAD_AND_FLATTEN') return { values: listed, source };
  const values: unknown[] = [];
  for (const { Key: key } of listed) values.push(...(await readFile(key, read)).values);
  return { values, source };
}

async function readFile(key: string, read: SourceRead): Promise<Items> {
  const { bucket, config, objects } = read;
  const source = `S3://${bucket}/${key}`;
  const text = decode(await objects.read({ bucket, key }));
  if (config['InputType'] !== 'MANIFEST') return { values: readRows(text, config), source };
  return { values: await readInventory(text, read), source };
}

/** Files may be compressed by gzip, which begins with these two bytes. */
function decode(bytes: Buffer): string {
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isCompressed ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Reads the files that the manifest of an S3 inventory names. */
async function readInventory(text: string, { objects }: SourceRead): Promise<readonly unknown[]> {
  const manifest = parseManifest(text);
  const bucket = (asText(manifest['destinationBucket']) ?? '').replace(/^arn:aws[\w-]*:s3:::/u, '');
  const CSVHeaders = (asText(manifest['fileSchema']) ?? '').split(',').map((name) => name.trim());
  const config = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders };
  const files = Array.isArray(manifest['files']) ? manifest['files'].map(record) : [];
  const values: unknown[] = [];
  for (const file of files) {
    const bytes = await objects.read({ bucket, key: asText(file['key']) ?? '' });
    values.push(...readRows(decode(bytes), config));
  }
  return values;
}

function parseManifest(text: string): Json {
  try {
    return record(JSON.parse(text));
  } catch {
    throw readerError('The manifest is not JSON.');
  }
}
