import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  RemovePermissionCommand,
  UpdateFunctionUrlConfigCommand,
  type AddPermissionCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { allowEverybody, publicAccess, publicPermissions } from '#test/fixtures/public-url.ts';

/*
 * Since October 2025, a Function URL without authentication needs two permissions, and refuses
 * everybody with one of them.
 */

const code = { ZipFile: 'exports.handler = async () => ({ statusCode: 200, body: "open" })' };
const plain = {
  Type: 'AWS::Lambda::Function',
  Properties: { Code: code, Handler: 'index.handler', Runtime: 'nodejs24.x' },
};

function urlOf(id: string): object {
  const target = { TargetFunctionArn: { 'Fn::GetAtt': [id, 'Arn'] }, AuthType: 'NONE' };
  return { Type: 'AWS::Lambda::Url', Properties: target };
}

function serverless(FunctionUrlConfig: object, more: object = {}): object {
  const shared = { InlineCode: code.ZipFile, Handler: 'index.handler', Runtime: 'nodejs24.x' };
  return {
    Type: 'AWS::Serverless::Function',
    Properties: { ...shared, FunctionUrlConfig, ...more },
  };
}

const template = JSON.stringify({
  Transform: 'AWS::Serverless-2016-10-31',
  Parameters: { Auth: { Type: 'String', Default: 'NONE' } },
  Resources: {
    Open: plain,
    OpenUrl: urlOf('Open'),
    ...publicAccess('Open'),
    Closed: plain,
    ClosedUrl: urlOf('Closed'),
    Half: plain,
    HalfUrl: urlOf('Half'),
    HalfUrlPublic: publicAccess('Half')['HalfUrlPublic'],
    Later: plain,
    LaterAlias: {
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName: { Ref: 'Later' }, FunctionVersion: '1', Name: 'live' },
    },
    Sam: serverless({ AuthType: 'NONE' }),
    SamAlias: serverless({ AuthType: 'NONE' }, { AutoPublishAlias: 'live' }),
    SamByParameter: serverless({ AuthType: { Ref: 'Auth' } }),
  },
});

let system: HostedTemplate;
let lambda: LambdaClient;

beforeAll(async () => {
  system = await hostText(template);
  lambda = new LambdaClient(system.config);
});

afterAll(() => system.close());

const statusOf = async (url = ''): Promise<number> => (await fetch(url)).status;

test('a URL with both permissions of its template answers, and one without them is 403', async () => {
  const { functions } = system.state;
  expect(await statusOf(functions['Open']?.url)).toBe(200);
  for (const id of ['Closed', 'Half']) {
    const refused = await fetch(functions[id]?.url ?? '');
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'AccessDeniedException',
    ]);
    expect(await refused.json()).toEqual({
      Message:
        'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    });
  }
  const reason =
    'it answers 403, here as on AWS, because no AWS::Lambda::Permission allows everybody';
  const both = 'lambda:InvokeFunctionUrl and lambda:InvokeFunction';
  expect(system.lines.filter((line) => line.includes('403')).toSorted()).toEqual([
    `! ClosedUrl: ${reason} ${both}`,
    `! HalfUrl: ${reason} lambda:InvokeFunction`,
    `! SamByParameterUrl: ${reason} ${both}`,
  ]);
});

test('the permissions of a template are in the policy, with ids of CloudFormation', async () => {
  const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'local-Half' }));
  expect(JSON.parse(Policy)).toMatchObject({
    Statement: [
      {
        Sid: expect.stringMatching(/^local-HalfUrlPublic-\w{12}$/u),
        Principal: '*',
        Action: 'lambda:InvokeFunctionUrl',
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
      },
    ],
  });
});

test('SAM gives a public URL both permissions, unless a parameter makes it public', async () => {
  const { functions } = system.state;
  expect(await statusOf(functions['Sam']?.url)).toBe(200);
  expect(await statusOf(functions['SamAlias']?.url)).toBe(200);
  expect(await statusOf(functions['SamByParameter']?.url)).toBe(403);
});

test('a URL is public as long as it has both permissions', async () => {
  const FunctionName = 'local-Later';
  const create = new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' });
  const { FunctionUrl: url } = await lambda.send(create);
  expect(await statusOf(url)).toBe(403);
  await allowEverybody(lambda, FunctionName);
  expect(await statusOf(url)).toBe(200);
  for (const { StatementId } of publicPermissions) {
    await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }));
    expect(await statusOf(url)).toBe(403);
  }
});

test('the URL of an alias has the permissions of the alias', async () => {
  const alias = { FunctionName: 'local-Later', Qualifier: 'live' };
  const create = new CreateFunctionUrlConfigCommand({ ...alias, AuthType: 'NONE' });
  const { FunctionUrl: url } = await lambda.send(create);
  await allowEverybody(lambda, alias.FunctionName, alias.Qualifier);
  expect(await statusOf(url)).toBe(200);
});

test('a URL that becomes public needs the permissions from then on', async () => {
  const FunctionName = 'local-Open';
  const { url } = system.state.functions['Open'] ?? {};
  const change = async (AuthType: 'NONE' | 'AWS_IAM'): Promise<void> => {
    await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType }));
  };
  await change('AWS_IAM');
  expect(await statusOf(url)).toBe(403);
  await change('NONE');
  expect(await statusOf(url)).toBe(200);
});

const narrower: readonly (readonly [string, Partial<AddPermissionCommandInput>])[] = [
  ['one account', { Principal: '123456789012' }],
  ['a service', { Principal: 'cloudfront.amazonaws.com' }],
  ['an organization', { PrincipalOrgID: 'o-abcdefghij' }],
  ['a source account', { SourceAccount: '123456789012' }],
  ['calls that are no calls of a URL', { InvokedViaFunctionUrl: false }],
];

test.each(narrower)('a permission for %s lets no anonymous caller in', async (_, change) => {
  const FunctionName = 'local-Half';
  const permission = { FunctionName, ...publicPermissions[1], StatementId: 'narrow', ...change };
  await lambda.send(new AddPermissionCommand(permission));
  expect(await statusOf(system.state.functions['Half']?.url)).toBe(403);
  await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'narrow' }));
});

test('a permission for all actions suffices', async () => {
  const FunctionName = 'local-Closed';
  const everything = { FunctionName, StatementId: 'all', Action: 'lambda:*', Principal: '*' };
  await lambda.send(new AddPermissionCommand(everything));
  expect(await statusOf(system.state.functions['Closed']?.url)).toBe(200);
});
