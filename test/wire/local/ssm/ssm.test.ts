import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Greeting:
    Type: AWS::SSM::Parameter
    Properties: { Name: /app/greeting, Type: String, Value: Hello, Tags: { stage: dev } }
  Hosts:
    Type: AWS::SSM::Parameter
    Properties: { Type: StringList, Value: 'a,b' }
Outputs:
  Name: { Value: !Ref Greeting }
  Value: { Value: !GetAtt Greeting.Value }
`;

let system: HostedTemplate;
let ssm: SSMClient;

beforeAll(async () => {
  system = await hostText(template);
  ssm = new SSMClient(system.config);
});

afterAll(() => system.close());

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));

const get = async (Name: string, WithDecryption?: boolean) => {
  const command = new GetParameterCommand({ Name, WithDecryption });
  const { Parameter } = await ssm.send(command);
  return Parameter;
};

test('what a template declares is there, with its references', async () => {
  expect(system.state.outputs).toEqual({ Name: '/app/greeting', Value: 'Hello' });
  expect(await get('/app/greeting')).toMatchObject({
    Name: '/app/greeting',
    ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/app/greeting',
    Type: 'String',
    Value: 'Hello',
    Version: 1,
    DataType: 'text',
  });
  expect(await get('local-Hosts')).toMatchObject({ Type: 'StringList', Value: 'a,b' });
  const command = { ResourceType: 'Parameter', ResourceId: '/app/greeting' } as const;
  expect((await ssm.send(new ListTagsForResourceCommand(command))).TagList).toEqual([
    { Key: 'stage', Value: 'dev' },
  ]);
});

test('a value is overwritten only if asked for, and versions and labels select older ones', async () => {
  expect(await put('/v/one', '1')).toMatchObject({ Version: 1, Tier: 'Standard' });
  await expect(put('/v/one', '2')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('/v/one', '2', { Overwrite: true })).toMatchObject({ Version: 2 });
  const Labels = ['good', 'aws-no'];
  const labelled = await ssm.send(
    new LabelParameterVersionCommand({ Name: '/v/one', ParameterVersion: 1, Labels }),
  );
  expect(labelled).toMatchObject({ InvalidLabels: ['aws-no'], ParameterVersion: 1 });
  expect(await get('/v/one:1')).toMatchObject({ Value: '1', Selector: ':1' });
  expect(await get('/v/one:good')).toMatchObject({ Value: '1', Selector: ':good' });
  const arn = 'arn:aws:ssm:us-east-1:000000000000:parameter/v/one';
  expect(await get(`${arn}:2`)).toMatchObject({ Value: '2' });
  await expect(get('/v/one:9')).rejects.toMatchObject({
    name: 'ParameterVersionNotFound',
    message:
      'Systems Manager could not find version 9 of /v/one. Verify the version and try again.',
  });
  const history = await ssm.send(new GetParameterHistoryCommand({ Name: '/v/one' }));
  expect(history.Parameters).toMatchObject([
    { Value: '1', Labels: ['good'] },
    { Value: '2', Labels: [] },
  ]);
});

test('a SecureString is encrypted unless its decryption is asked for', async () => {
  await put('secret', 'geheim', { Type: 'SecureString' });
  expect((await get('secret'))?.Value).toMatch(/^AQICAH/u);
  expect(await get('secret', true)).toMatchObject({ Type: 'SecureString', Value: 'geheim' });
});

test('a path is read in pages, with or without what is below', async () => {
  for (const name of ['/p/a', '/p/b', '/p/c', '/p/d/e', '/pq']) await put(name, name);
  const read = async (Recursive: boolean, NextToken?: string): Promise<readonly unknown[]> => {
    const page = await ssm.send(
      new GetParametersByPathCommand({ Path: '/p', Recursive, MaxResults: 2, NextToken }),
    );
    const names = page.Parameters?.map(({ Name }) => Name) ?? [];
    return page.NextToken === undefined
      ? names
      : [...names, ...(await read(Recursive, page.NextToken))];
  };
  expect(await read(false)).toEqual(['/p/a', '/p/b', '/p/c']);
  expect(await read(true)).toEqual(['/p/a', '/p/b', '/p/c', '/p/d/e']);
  await expect(ssm.send(new GetParametersByPathCommand({ Path: 'p' }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('descriptions have everything but values, by filters', async () => {
  await put('/d/one', 'x', { Description: 'first' });
  await put('/d/two', 'x', { Type: 'SecureString' });
  const describe = async (Key: string, Option: string, ...Values: string[]): Promise<unknown> => {
    const ParameterFilters = [{ Key, Option, Values }];
    const { Parameters } = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
    return Parameters?.map(({ Name }) => Name);
  };
  expect(await describe('Name', 'BeginsWith', '/d/')).toEqual(['/d/one', '/d/two']);
  expect(await describe('Path', 'Recursive', '/d')).toEqual(['/d/one', '/d/two']);
  expect(await describe('Name', 'Contains', 'd/tw')).toEqual(['/d/two']);
  const Tags = [{ Key: 'a', Value: 'b' }];
  await ssm.send(
    new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: '/d/one', Tags }),
  );
  expect(await describe('tag:a', 'Equals', 'b')).toEqual(['/d/one']);
  await expect(describe('Nonsense', 'Equals', 'x')).rejects.toMatchObject({
    name: 'InvalidFilterKey',
  });
});

test('several are read and deleted at once, and those that do not exist are named', async () => {
  await put('m1', '1');
  const Names = ['m1', 'm2'];
  const read = await ssm.send(new GetParametersCommand({ Names }));
  expect(read).toMatchObject({ Parameters: [{ Name: 'm1' }], InvalidParameters: ['m2'] });
  const deleted = await ssm.send(new DeleteParametersCommand({ Names }));
  expect(deleted).toMatchObject({ DeletedParameters: ['m1'], InvalidParameters: ['m2'] });
  await expect(get('m1')).rejects.toMatchObject({
    name: 'ParameterNotFound',
    message: 'UnknownError',
  });
  await expect(ssm.send(new DeleteParameterCommand({ Name: 'm1' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});

test.each<readonly [string, string, Partial<PutParameterCommandInput>, string]>([
  ['/aws/x', 'x', {}, 'AccessDeniedException: No access to reserved parameter name: aws/x.'],
  ['awsx', 'x', {}, `ValidationException: Parameter name: can't be prefixed with "aws" or "ssm"`],
  ['a/b', 'x', {}, 'ValidationException: Parameter name must be a fully qualified name.'],
  ['/a b', 'x', {}, 'ValidationException: Parameter name: '],
  ['/a'.repeat(16), 'x', {}, 'HierarchyLevelLimitExceededException: '],
  ['/r/t', 'x', { Type: undefined }, 'ValidationException: A parameter type is required'],
  [
    '/r/t',
    'x',
    { Type: 'Text' as 'String' },
    "ValidationException: 1 validation error detected: Value 'Text' at 'type'",
  ],
  ['/r/l', 'x'.repeat(4097), {}, 'ValidationException: Standard tier parameters support'],
  [
    '/r/l',
    'x'.repeat(8193),
    { Tier: 'Advanced' },
    'ValidationException: Advanced tier parameters support',
  ],
  ['/r/p', 'x', { AllowedPattern: '^\\d+$' }, 'ParameterPatternMismatchException: Parameter value'],
  ['/r/p', 'x', { AllowedPattern: '(' }, 'InvalidAllowedPatternException: '],
  [
    '/r/d',
    'x',
    { DataType: 'json' },
    'ValidationException: The following data type is not supported: json',
  ],
  [
    '/r/o',
    'x',
    { Overwrite: true, Tags: [] },
    'ValidationException: Invalid request: tags and overwrite',
  ],
])('PutParameter of %s is refused', async (name, value, more, expected) => {
  const error = await put(name, value, more).catch(String);
  expect(error).toContain(expected);
});

test('tiers grow with the value, and do not shrink', async () => {
  const big = 'x'.repeat(5000);
  const tier = 'Intelligent-Tiering';
  expect(await put('/t', big, { Tier: tier })).toMatchObject({ Tier: 'Advanced' });
  const error = put('/t', 'x', { Tier: 'Standard', Overwrite: true });
  await expect(error).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a pattern that backtracks without end does not hold up the host', async () => {
  const AllowedPattern = '^(a+)+$';
  const value = `${'a'.repeat(4000)}b`;
  await expect(put('slow', value, { AllowedPattern })).rejects.toMatchObject({
    name: 'ParameterPatternMismatchException',
  });
});

test.each([
  'arn:aws:ssm:us-east-1:111111111111:parameter/app/greeting',
  'arn:aws:ssm:eu-west-1:000000000000:parameter/app/greeting',
  'arn:aws:sns:us-east-1:000000000000:parameter/app/greeting',
  'arn:aws:ssm:us-east-1:000000000000:document/app/greeting',
])('a parameter is not found by the ARN %s', async (Name) => {
  await expect(get(Name)).rejects.toMatchObject({ name: 'ParameterNotFound' });
  const command = new GetParametersCommand({ Names: [Name] });
  expect(await ssm.send(command)).toMatchObject({ InvalidParameters: [Name], Parameters: [] });
});
