import {
  AddPermissionCommand,
  GetPolicyCommand,
  LambdaClient,
  RemovePermissionCommand,
  type AddPermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicPermissions } from '#test/fixtures/public-url.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

let system: HostedTemplate;
let lambda: LambdaClient;

beforeAll(async () => {
  system = await hostText(tutorialTemplate);
  lambda = new LambdaClient(system.config);
});

afterAll(() => system.close());

const FunctionName = 'local-Plain';
const arn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;

const publicUrl: AddPermissionCommandInput = { FunctionName, ...publicPermissions[0] };
const publicInvoke: AddPermissionCommandInput = { FunctionName, ...publicPermissions[1] };

const readPolicy = async (): Promise<unknown> => {
  const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName }));
  return JSON.parse(Policy);
};

test('both permissions of a public URL are added, and their policy is read', async () => {
  const urlStatement = {
    Sid: 'FunctionURLAllowPublicAccess',
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:InvokeFunctionUrl',
    Resource: arn,
    Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
  };
  const { Statement = '' } = await lambda.send(new AddPermissionCommand(publicUrl));
  expect(JSON.parse(Statement)).toEqual(urlStatement);
  await lambda.send(new AddPermissionCommand(publicInvoke));
  expect(await readPolicy()).toEqual({
    Version: '2012-10-17',
    Id: 'default',
    Statement: [
      urlStatement,
      {
        Sid: 'FunctionURLAllowInvokeAction',
        Effect: 'Allow',
        Principal: '*',
        Action: 'lambda:InvokeFunction',
        Resource: arn,
        Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
      },
    ],
  });
  await expect(lambda.send(new AddPermissionCommand(publicUrl))).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message:
      'The statement id (FunctionURLAllowPublicAccess) provided already exists. Please provide a new statement id, or remove the existing statement.',
  });
});

test('a removed permission is gone, and so is an empty policy', async () => {
  const target = { FunctionName: 'local-Chat' };
  const service = {
    ...target,
    StatementId: 'events',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/nightly',
  };
  const { Statement = '' } = await lambda.send(new AddPermissionCommand(service));
  expect(JSON.parse(Statement)).toMatchObject({
    Principal: { Service: 'events.amazonaws.com' },
    Condition: { ArnLike: { 'AWS:SourceArn': service.SourceArn } },
  });
  const unknown = new RemovePermissionCommand({ ...target, StatementId: 'other' });
  await expect(lambda.send(unknown)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Statement other is not found in resource policy.',
  });
  await lambda.send(new RemovePermissionCommand({ ...target, StatementId: 'events' }));
  await expect(lambda.send(new GetPolicyCommand(target))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
});

test.each<readonly [string, Partial<AddPermissionCommandInput>, object]>([
  [
    'an auth type for another action',
    { Action: 'lambda:InvokeFunction' },
    {
      name: 'InvalidParameterValueException',
      message: 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    },
  ],
  [
    'a malformed statement id',
    { StatementId: 'a b' },
    {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
    },
  ],
  [
    'an action of another service',
    { Action: 's3:GetObject' },
    { name: 'ValidationException', message: expect.stringContaining("at 'action'") },
  ],
  [
    'an alias that does not exist',
    { Qualifier: 'beta' },
    { name: 'ResourceNotFoundException', message: `Function not found: ${arn}:beta` },
  ],
  [
    'a policy of another revision',
    { RevisionId: 'other' },
    { name: 'PreconditionFailedException', $metadata: { httpStatusCode: 412 } },
  ],
])('a permission with %s is refused', async (_, change, expected) => {
  const input = { ...publicUrl, StatementId: 'refused', ...change };
  await expect(lambda.send(new AddPermissionCommand(input))).rejects.toMatchObject(expected);
});
