import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { logSecretKey } from '#aws/dynamo/keys.ts';
import { logName } from '#api/log/log-names.ts';
import { readOptions } from '#local/process/read-options.ts';

const help = `Prints the names that owners and conversations have in the logs of a deployment.

npm run -s log-names -- ID …

An ID is an owner, such as user:us-east-1_Pool:SUB, key:ID or iam:ARN, or the id of a conversation.
Your AWS credentials must allow cloudformation:DescribeStackResources, and dynamodb:GetItem on the
table.

  --stack NAME  the stack of the deployment (Streambed)`;

const { values, positionals: ids } = readOptions({
  allowPositionals: true,
  options: {
    stack: { type: 'string', default: 'Streambed' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || ids.length === 0) console.log(help);
else await printNames();

async function printNames(): Promise<void> {
  const secret = await readSecret(await findTable(values.stack));
  if (secret === undefined) {
    console.error('The deployment has no names yet: none of its functions has written a log line.');
    process.exitCode = 1;
    return;
  }
  for (const id of ids) console.log(`${logName(secret, id)}  ${id}`);
}

async function findTable(stack: string): Promise<string> {
  const { StackResources = [] } = await new CloudFormationClient().send(
    new DescribeStackResourcesCommand({ StackName: stack, LogicalResourceId: 'Conversations' }),
  );
  const name = StackResources[0]?.PhysicalResourceId;
  if (name === undefined) throw new Error(`The stack ${stack} has no table Conversations.`);
  return name;
}

async function readSecret(tableName: string): Promise<string | undefined> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient());
  const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: logSecretKey }));
  const secret: unknown = Item?.['secret'];
  return typeof secret === 'string' ? secret : undefined;
}
