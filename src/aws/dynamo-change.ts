/** An update of some attributes of an item, on the condition that it is in one of some states. */
export interface Change {
  readonly ConditionExpression: string;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

export function changeOf(attributes: object, states: readonly string[]): Change {
  const changes = Object.entries(attributes);
  return {
    ConditionExpression: `#state IN (${states.map((_, at) => `:in${at}`).join(', ')})`,
    UpdateExpression: `SET ${changes.map((_, at) => `#n${at} = :v${at}`).join(', ')}`,
    ExpressionAttributeNames: {
      '#state': 'state',
      ...Object.fromEntries(changes.map(([name], at) => [`#n${at}`, name])),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(states.map((state, at) => [`:in${at}`, state])),
      ...Object.fromEntries(changes.map(([, value], at) => [`:v${at}`, value])),
    },
  };
}
