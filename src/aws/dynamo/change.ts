import { isDeepStrictEqual } from 'node:util';

/**
 * Returns whether a stored record has everything that a change sets. A change that is repeated
 * because its response was lost fails its own condition, and has been applied all the same.
 */
export function hasChange(stored: object | undefined, change: object): boolean {
  if (stored === undefined) return false;
  const fields = new Map<string, unknown>(Object.entries(stored));
  return Object.entries(change).every(([name, value]) =>
    isDeepStrictEqual(fields.get(name), value),
  );
}

/** An update of attributes of an item. */
interface Update {
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  /** Absent if the update sets nothing: DynamoDB refuses an empty map. */
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

/** The same, on the condition that the item is in one of some states. */
export interface StateUpdate extends Update {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** Returns the update that removes attributes. */
export function toRemoval(
  names: readonly string[],
): Pick<StateUpdate, 'UpdateExpression' | 'ExpressionAttributeNames'> {
  const placeholders = names.map((name, at) => [`#r${at}`, name] as const);
  return {
    UpdateExpression: `REMOVE ${placeholders.map(([placeholder]) => placeholder).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(placeholders),
  };
}

/** Returns the update that sets attributes. Attributes whose value is undefined are removed. */
export function toUpdate(attributes: object): Update {
  const changes = Object.entries(attributes).map(([name, value], at) => ({ name, value, at }));
  const set = changes.filter(({ value }) => value !== undefined);
  const removed = changes.filter(({ value }) => value === undefined);
  const assignments = set.map(({ at }) => `#n${at} = :v${at}`).join(', ');
  const removals = removed.map(({ at }) => `#n${at}`).join(', ');
  const expressions = [
    assignments === '' ? '' : `SET ${assignments}`,
    removals === '' ? '' : `REMOVE ${removals}`,
  ];
  const values = Object.fromEntries(set.map(({ value, at }) => [`:v${at}`, value]));
  return {
    UpdateExpression: expressions.filter((expression) => expression !== '').join(' '),
    ExpressionAttributeNames: Object.fromEntries(changes.map(({ name, at }) => [`#n${at}`, name])),
    ...(set.length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

/** Returns the same update, on the condition that the item is in one of some states. */
export function toStateUpdate(attributes: object, states: readonly string[]): StateUpdate {
  const update = toUpdate(attributes);
  return {
    ConditionExpression: `#state IN (${states.map((_, at) => `:in${at}`).join(', ')})`,
    UpdateExpression: update.UpdateExpression,
    ExpressionAttributeNames: { '#state': 'state', ...update.ExpressionAttributeNames },
    ExpressionAttributeValues: {
      ...Object.fromEntries(states.map((state, at) => [`:in${at}`, state])),
      ...update.ExpressionAttributeValues,
    },
  };
}
