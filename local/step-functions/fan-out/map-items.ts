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
import { asText, isRecord } from '#local/wire/shape.ts';

/** Returns the items of a Map state. Throws if there is no array. */
export async function readItems(state: StateOf<'Map'>, frame: Frame): Promise<readonly unknown[]> {
  return state.language === 'JSONata'
    ? readExpression(state.items, frame)
    : readByPath(asText(state.items) ?? '$', frame);
}

/** The items of a distributed Map state that are in its input. */
export interface StateItems {
  readonly values: readonly unknown[];
  /** The names of the members, if the items are those of an object. */
  readonly keys?: readonly string[] | undefined;
}

/** Returns the items of a distributed Map state, which are those of an array or the members of an object. */
export async function readStateItems(state: StateOf<'Map'>, frame: Frame): Promise<StateItems> {
  const found = await findValue(state, frame);
  if (Array.isArray(found)) return { values: found };
  return isRecord(found)
    ? { values: Object.values(found), keys: Object.keys(found) }
    : { values: await readItems(state, frame) };
}

async function findValue(state: StateOf<'Map'>, frame: Frame): Promise<unknown> {
  if (state.language === 'JSONPath')
    return findPath(asText(state.items) ?? '$', pathScope(frame, selectedInput(frame)));
  return state.items === undefined
    ? frame.input
    : evaluateAll(state.items, expressionScope(frame), 'Items');
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
  if (value !== undefined) {
    const named = path.replace(/^\$\$/u, '$');
    throw runtimeError(`Reference path "${named}" must point to array.`);
  }
  throw new StatesError(
    'States.ReferencePathConflict',
    `Unable to apply step "${path.split('.').at(-1)}" to input ${JSON.stringify(data)}`,
  );
}

/** Returns the input of one item: the item itself, or what `ItemSelector` makes of it. */
export async function readItemInput(
  { itemSelector, language }: StateOf<'Map'>,
  frame: Frame,
  item: unknown,
): Promise<unknown> {
  if (itemSelector === undefined) return item;
  if (language === 'JSONata')
    return evaluateAll(itemSelector, expressionScope(frame), 'ItemSelector');
  return fillTemplate(itemSelector, pathScope(frame, selectedInput(frame)));
}
