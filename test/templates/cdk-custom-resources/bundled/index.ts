import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();

export const handler = async (): Promise<object> => {
  const { Count } = await client.send(new ScanCommand({ TableName: process.env['TABLE'] }));
  return { statusCode: 200, body: JSON.stringify({ count: Count }) };
};
