import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});
const TableName = process.env['TABLE'];

export const onEvent = async (event) => {
  if (event.RequestType !== 'Delete') {
    const Item = { id: { S: 'provided' }, value: { S: event.ResourceProperties.value } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  return { PhysicalResourceId: 'provided' };
};

/** The second call finds what the first one has written. */
export const isComplete = async (event) => {
  const Key = { id: { S: 'checked' } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
  if (Item !== undefined) return { IsComplete: true, Data: { Value: event.PhysicalResourceId } };
  await client.send(new PutItemCommand({ TableName, Item: Key }));
  return { IsComplete: false };
};
