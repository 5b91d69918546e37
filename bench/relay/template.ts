import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { publicAccess } from '#test/fixtures/public-url.ts';

/** A function that relays a model's answer. */
export interface Relay {
  readonly name: string;
  /** Its bundle's folder. */
  readonly folder: string;
  /** Its environment variables, besides those of all relays. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The environment of all functions. Only the chat function uses it. */
const relayEnvironment = {
  CONVERSATIONS_TABLE: 'Turns',
  ANSWERS_BUCKET: 'none',
  REQUESTS_PER_MINUTE: '60000',
  TOKENS_PER_DAY: '1000000000000',
  USD_PER_DAY: '1000000',
  MAX_HISTORY_TOKENS: '16000',
  MODELS: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  MAX_OUTPUT_TOKENS: '4096',
  ALLOW_ANONYMOUS: 'true',
  USER_POOL_ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/none',
  USER_POOL_CLIENTS: 'none',
};

/** Writes a template with a streaming URL for each relay, and returns its path. */
export async function writeRelayTemplate(
  folder: string,
  relays: readonly Relay[],
): Promise<string> {
  const file = join(folder, 'Relays.template.json');
  const Resources = Object.assign({ Turns: table }, ...relays.map(toResources));
  const files = relays.map(({ name, folder: path }) => [
    name,
    { source: { path: resolve(path) }, destinations: { here: { objectKey: name } } },
  ]);
  await writeFile(file, JSON.stringify({ Resources }));
  await writeFile(
    join(folder, 'Relays.assets.json'),
    JSON.stringify({ files: Object.fromEntries(files) }),
  );
  return file;
}

/** The table in which the chat function records spending. */
const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: relayEnvironment.CONVERSATIONS_TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  },
};

function toResources({ name, variables }: Relay): object {
  return {
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Key: name },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        MemorySize: 512,
        Timeout: 300,
        Environment: { Variables: { ...relayEnvironment, ...variables } },
      },
    },
    [`${name}Url`]: {
      Type: 'AWS::Lambda::Url',
      Properties: {
        TargetFunctionArn: { 'Fn::GetAtt': [name, 'Arn'] },
        AuthType: 'NONE',
        InvokeMode: 'RESPONSE_STREAM',
      },
    },
    ...publicAccess(name),
  };
}
