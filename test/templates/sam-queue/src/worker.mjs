import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { body, messageId, attributes } of Records) {
    if (body === 'poison') batchItemFailures.push({ itemIdentifier: messageId });
    else {
      const Item = { task: { S: body }, received: { N: attributes.ApproximateReceiveCount } };
      await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
    }
  }
  return { batchItemFailures };
};
