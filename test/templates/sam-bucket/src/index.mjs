import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';

const [s3, dynamo] = [new S3Client({}), new DynamoDBClient({})];

export const handler = async (event) => {
  const put = (id, text) =>
    dynamo.send(
      new PutItemCommand({
        TableName: process.env.TABLE,
        Item: { id: { S: id }, text: { S: text } },
      }),
    );
  if (event.night) return put('night', 'it was night');
  for (const {
    s3: { bucket, object },
  } of event.Records) {
    const key = decodeURIComponent(object.key.replaceAll('+', ' '));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
    await put(key, await Body.transformToString());
  }
};
