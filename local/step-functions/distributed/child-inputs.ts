import type { DistributedMap, StateOf } from '#local/step-functions/definition/definition.ts';
import { readerError } from '#local/step-functions/distributed/read-rows.ts';
import type { Items } from '#local/step-functions/distributed/read-source.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import { readItemInput } from '#local/step-functions/fan-out/map-items.ts';
import {
  expressionScope,
  pathScope,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

/** The input of one execution of a map run. */
export interface ChildInput {
  readonly input: unknown;
  readonly itemCount: number;
}

/** Returns the inputs of the executions of a map run: one for each item, or for each batch. */
export async function readChildInputs(
  { state, batch }: { readonly state: StateOf<'Map'>; readonly batch: DistributedMap['batch'] },
  { values, keys, source }: Items,
  frame: Frame,
): Promise<readonly ChildInput[]> {
  const inputs: unknown[] = [];
  for (const [Index, Value] of values.entries()) {
    const Key = keys?.[Index];
    const pair = Key === undefined ? undefined : { Key, Value };
    const Map = { Item: { Index, ...(pair ?? { Value }), Source: source } };
    const itemFrame = { ...frame, context: { ...frame.context, Map } };
    inputs.push(await readItemInput(state, itemFrame, pair ?? Value));
  }
  if (batch === undefined) return inputs.map((input) => ({ input, itemCount: 1 }));
  return toBatches(inputs, batch, frame);
}

/** An input has at most this many bytes. */
const maxBytes = 262_144;

async function toBatches(
  items: readonly unknown[],
  batch: Json,
  frame: Frame,
): Promise<readonly ChildInput[]> {
  const read = async (name: string, max: number): Promise<number> => {
    const value = batch[`${name}Path`] ?? batch[name] ?? 0;
    const limit = await readNumber({ name, min: 0, max }, value, frame);
    return limit === 0 ? max : limit;
  };
  const maxItems = await read('MaxItemsPerBatch', Number.MAX_SAFE_INTEGER);
  const batchBytes = await read('MaxInputBytesPerBatch', maxBytes);
  const shared = await readBatchInput(batch['BatchInput'], frame);
  return packItems(items, { maxItems, maxBytes: batchBytes, shared }).map((Items) => ({
    input: { ...shared, Items },
    itemCount: Items.length,
  }));
}

interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** What every batch has in addition to its items. */
  readonly shared: object;
}

/** Puts as many items into each batch as the limits allow, in their order. */
function packItems(
  items: readonly unknown[],
  { maxItems, maxBytes: limit, shared }: BatchLimits,
): readonly (readonly unknown[])[] {
  const emptyBytes = byteLength({ ...shared, Items: [] });
  const batches: unknown[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const itemBytes = byteLength(item) + 1;
    if (emptyBytes + itemBytes - 1 > limit)
      throw readerError(`An item is larger than the ${limit} bytes of a batch.`);
    const current = batches.at(-1) ?? [];
    const fits = bytes + itemBytes - 1 <= limit && current.length < maxItems;
    if (fits) current.push(item);
    else batches.push([item]);
    bytes = fits ? bytes + itemBytes : emptyBytes + itemBytes;
  }
  return batches;
}

function byteLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

async function readBatchInput(template: unknown, frame: Frame): Promise<object> {
  if (template === undefined) return {};
  const BatchInput =
    frame.state.language === 'JSONata'
      ? await evaluateAll(template, expressionScope(frame), 'ItemBatcher/BatchInput')
      : fillTemplate(template, pathScope(frame, selectedInput(frame)));
  return isRecord(BatchInput) ? { BatchInput } : {};
}
