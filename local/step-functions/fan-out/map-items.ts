import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import { queryError, runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateAll, evaluateTyped } from '#local/step-functions/expressions/expressions.ts';
import { findPath } from '#local/step-functions/expressions/paths.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import {
  expressionScope,
  pathScope,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import { asText } from '#local/wire/shape.ts';

/** Returns the items of a Map state, or its batches of items. Throws if there is no array. */
export async function readItems(state: StateOf<'Map'>, frame: Frame): Promise<readonly unknown[]> {
  const items =
    state.language === 'JSONata'
      ? await readExpression(state.items, frame)
      : readByPath(asText(state.items) ?? '$', frame);
  return state.batch === undefined ? items : toBatches(items, state.batch, frame);
}

async function readExpression(items: unknown, frame: Frame): Promise<readonly unknown[]> {
  const value =
    items === undefined
      ? frame.input
      : await evaluateTyped(items, 'array', expressionScope(frame), 'Items');
  if (Array.isArray(value)) return value;
  throw queryError(`Map state input must be an array but was: ${JSON.stringify(value)}`);
}

function readByPath(path: string, frame: Frame): readonly unknown[] {
  const data = selectedInput(frame);
  const value = findPath(path, pathScope(frame, data));
  if (Array.isArray(value)) return value;
  if (value !== undefined) throw runtimeError(`Reference path "${path}" must point to array.`);
  throw new StatesError(
    'States.ReferencePathConflict',
    `Unable to apply step "${path.split('.').at(-1)}" to input ${JSON.stringify(data)}`,
  );
}

/** Applies `ItemBatcher`. The items of each batch are in `Items` of one input. */
async function toBatches(
  items: readonly unknown[],
  batch: NonNullable<StateOf<'Map'>['batch']>,
  frame: Frame,
): Promise<readonly unknown[]> {
  const most = batch['MaxItemsPerBatchPath'] ?? batch['MaxItemsPerBatch'] ?? items.length;
  const size = (await readNumber({ name: 'MaxItemsPerBatch', min: 1 }, most, frame)) || 1;
  const shared = await readBatchInput(batch['BatchInput'], frame);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => ({
    ...shared,
    Items: items.slice(index * size, (index + 1) * size),
  }));
}

async function readBatchInput(template: unknown, frame: Frame): Promise<object> {
  if (template === undefined) return {};
  const BatchInput =
    frame.state.language === 'JSONata'
      ? await evaluateAll(template, expressionScope(frame), 'ItemBatcher/BatchInput')
      : fillTemplate(template, pathScope(frame, selectedInput(frame)));
  return { BatchInput };
}
