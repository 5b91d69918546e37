import { StatesError, type DistributedMap } from '#local/step-functions/definition/definition.ts';
import type { ChildInput } from '#local/step-functions/distributed/child-inputs.ts';
import type { MapRun } from '#local/step-functions/distributed/map-run.ts';
import type { Objects } from '#local/step-functions/distributed/objects.ts';
import { readParameters } from '#local/step-functions/distributed/read-source.ts';
import type { Execution } from '#local/step-functions/execution-store.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { describedAs } from '#local/step-functions/integrations/sync-result.ts';
import type { Frame } from '#local/step-functions/interpreter/frame.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

type Writer = DistributedMap['writer'];

/** What a map run has done. */
export interface FinishedRun {
  readonly writer: Writer;
  readonly mapRun: MapRun;
  readonly inputs: readonly ChildInput[];
}

/** Throws `States.ResultWriterFailed` if the bucket does not exist, before anything has run. */
export async function checkWriter(writer: Writer, frame: Frame, objects: Objects): Promise<void> {
  if (writer?.['Resource'] === undefined) return;
  const { Bucket: bucket } = await readParameters(writer, frame, 'ResultWriter');
  await asWriterError(() => objects.list(asText(bucket) ?? '', '.'));
}

/**
 * Writes what the executions returned into files, one for each status, and a manifest of them.
 * Returns where the manifest is, or the results themselves if the writer names no bucket.
 */
export async function writeResults(
  { writer, mapRun, inputs }: FinishedRun,
  frame: Frame,
  objects: Objects,
): Promise<unknown> {
  const children = mapRun.children();
  const { Transformation, OutputType } = record(writer?.['WriterConfig']);
  const succeeded = children.filter(({ status }) => status === 'SUCCEEDED');
  if (writer?.['Resource'] === undefined)
    return transform(succeeded, asText(Transformation) ?? 'COMPACT');
  const parameters = await readParameters(writer, frame, 'ResultWriter');
  const { bucket, folder } = readTarget(parameters, mapRun.arn);
  const isLines = OutputType === 'JSONL';
  const groups = {
    // Those that timed out or were aborted are among the failed ones.
    FAILED: children.filter(({ status }) => status !== 'SUCCEEDED').map(toMetadata),
    PENDING: pendingOf(inputs, children),
    SUCCEEDED: transform(succeeded, asText(Transformation) ?? 'NONE'),
  };
  const ResultFiles: Record<string, readonly object[]> = {};
  for (const [status, results] of Object.entries(groups)) {
    const key = `${folder}${status}_0.${isLines ? 'jsonl' : 'json'}`;
    const body = isLines ? toLines(results) : JSON.stringify(results);
    if (results.length > 0) await asWriterError(() => objects.write({ bucket, key }, body));
    ResultFiles[status] = results.length > 0 ? [{ Key: key, Size: Buffer.byteLength(body) }] : [];
  }
  const key = `${folder}manifest.json`;
  const manifest = { DestinationBucket: bucket, MapRunArn: mapRun.arn, ResultFiles };
  await asWriterError(() => objects.write({ bucket, key }, JSON.stringify(manifest)));
  return { MapRunArn: mapRun.arn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

/** The files are in a folder with the id of the map run. */
function readTarget(parameters: Json, arn: string): { bucket: string; folder: string } {
  const prefix = asText(parameters['Prefix']) ?? '';
  const separator = prefix === '' || prefix.endsWith('/') ? '' : '/';
  return {
    bucket: asText(parameters['Bucket']) ?? '',
    folder: `${prefix}${separator}${arn.split(':').at(-1)}/`,
  };
}

function transform(children: readonly Execution[], transformation: string): readonly unknown[] {
  if (transformation === 'NONE') return children.map(toMetadata);
  const outputs = children.map(({ output = 'null' }) => parseStateJson(output));
  return transformation === 'FLATTEN' ? outputs.flat() : outputs;
}

function toMetadata(child: Execution): Json {
  return describedAs(child, toTime);
}

function toTime(ms?: number): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Executions that did not begin have only an input. */
function pendingOf(
  inputs: readonly ChildInput[],
  children: readonly Execution[],
): readonly object[] {
  const begun = new Set(children.map(({ itemIndex }) => itemIndex));
  return inputs
    .filter((_, index) => !begun.has(index))
    .map(({ input }) => ({ Input: JSON.stringify(input), InputDetails: { Included: true } }));
}

function toLines(results: readonly unknown[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}

async function asWriterError<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    throw new StatesError('States.ResultWriterFailed', error.causeText);
  }
}
