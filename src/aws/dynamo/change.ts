/** An update of some attributes of an item, on the condition that it is in one of some states. */
export interface Change {
  readonly ConditionExpression: string;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** What is named and undefined is removed. */
export function changeOf(attributes: object, states: readonly string[]): Change {
  const changes = Object.entries(attributes).map(([name, value], at) => ({ name, value, at }));
  const set = changes.filter(({ value }) => value !== undefined);
  const removed = changes.filter(({ value }) => value === undefined);
  const setting = set.map(({ at }) => `#n${at} = :v${at}`).join(', ');
  const removing = removed.map(({ at }) => `#n${at}`).join(', ');
  return {
    ConditionExpression: `#state IN (${states.map((_, at) => `:in${at}`).join(', ')})`,
    UpdateExpression: `SET ${setting}${removing === '' ? '' : ` REMOVE ${removing}`}`,
    ExpressionAttributeNames: {
      '#state': 'state',
      ...Object.fromEntries(changes.map(({ name, at }) => [`#n${at}`, name])),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(states.map((state, at) => [`:in${at}`, state])),
      ...Object.fromEntries(set.map(({ value, at }) => [`:v${at}`, value])),
    },
  };
}
