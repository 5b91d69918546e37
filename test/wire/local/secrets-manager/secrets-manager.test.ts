import { randomUUID } from 'node:crypto';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type GetRandomPasswordCommandInput,
  type GetSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Generated: { Type: AWS::SecretsManager::Secret }
Outputs:
  Arn: { Value: !Ref Generated }
`;

const clock = createManualClock();
let system: HostedTemplate;
let client: SecretsManagerClient;

beforeAll(async () => {
  system = await hostText(template, { clock });
  client = new SecretsManagerClient(system.config);
});

afterAll(() => system.close());

const create = (Name: string, SecretString?: string, ClientRequestToken?: string) =>
  client.send(new CreateSecretCommand({ Name, SecretString, ClientRequestToken }));

const get = (SecretId: string, more: Partial<GetSecretValueCommandInput> = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));

const put = (SecretId: string, SecretString: string, ClientRequestToken?: string) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken }));

test('a secret without a value in the template gets one of 32 characters', async () => {
  const arn = system.state.outputs['Arn'] ?? '';
  expect(arn).toMatch(
    /^arn:aws:secretsmanager:us-east-1:000000000000:secret:Generated-\w{12}-\w{6}$/u,
  );
  expect((await get(arn)).SecretString).toHaveLength(32);
});

test('a secret is found by its name, its ARN, and its ARN without the last characters', async () => {
  const { ARN = '' } = await create('found/by', 'x');
  expect(ARN).toMatch(/secret:found\/by-[a-z\d]{6}$/u);
  for (const id of ['found/by', ARN, ARN.slice(0, -7)]) {
    expect(await get(id)).toMatchObject({ ARN, Name: 'found/by', SecretString: 'x' });
  }
  await expect(get('found')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret.",
  });
});

test('a new value is the current one, and the one before stays as the previous one', async () => {
  const { VersionId: first = '' } = await create('versions', '1');
  const { VersionId: second = '' } = await put('versions', '2');
  expect(await get('versions')).toMatchObject({ SecretString: '2', VersionStages: ['AWSCURRENT'] });
  expect(await get('versions', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    VersionId: first,
  });
  expect(await get('versions', { VersionId: first })).toMatchObject({ SecretString: '1' });
  const described = await client.send(new DescribeSecretCommand({ SecretId: 'versions' }));
  expect(described.VersionIdsToStages).toEqual({
    [first]: ['AWSPREVIOUS'],
    [second]: ['AWSCURRENT'],
  });
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'versions',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: first,
      RemoveFromVersionId: second,
    }),
  );
  expect(await get('versions')).toMatchObject({ SecretString: '1' });
  expect(await get('versions', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: '2',
  });
  await put('versions', '3');
  const all = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'versions' }));
  expect(all.Versions).toHaveLength(2);
  await expect(get('versions', { VersionStage: 'none' })).rejects.toThrow(
    "Secrets Manager can't find the specified secret value for staging label: none",
  );
  await expect(get('versions', { VersionId: randomUUID() })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a request that is repeated with its token changes nothing', async () => {
  const token = randomUUID();
  const first = await create('repeated', 'x', token);
  expect((await create('repeated', 'x', token)).ARN).toBe(first.ARN);
  await expect(create('repeated', 'y', token)).rejects.toThrow("You can't use ClientRequestToken");
  await expect(create('repeated', 'x')).rejects.toMatchObject({
    name: 'ResourceExistsException',
    message: 'The operation failed because the secret repeated already exists.',
  });
  const next = randomUUID();
  await put('repeated', 'z', next);
  expect(await put('repeated', 'z', next)).toMatchObject({ VersionId: next });
  await expect(put('repeated', 'w', next)).rejects.toMatchObject({
    name: 'ResourceExistsException',
  });
});

test('a deleted secret can be restored within its window, and is gone after it', async () => {
  await create('deleted', 'x');
  const SecretId = 'deleted';
  const remove = (more: object) => client.send(new DeleteSecretCommand({ SecretId, ...more }));
  await expect(remove({ RecoveryWindowInDays: 3 })).rejects.toThrow('between 7 and 30 days');
  await expect(
    remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await remove({ RecoveryWindowInDays: 7 });
  await expect(get(SecretId)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  });
  await expect(create(SecretId, 'y')).rejects.toThrow('already scheduled for deletion');
  await client.send(new RestoreSecretCommand({ SecretId }));
  expect(await get(SecretId)).toMatchObject({ SecretString: 'x' });
  await remove({ RecoveryWindowInDays: 7 });
  await clock.advance(7 * 24 * 60 * 60_000);
  await expect(get(SecretId)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await create(SecretId, 'z');
  await remove({ ForceDeleteWithoutRecovery: true });
  await create(SecretId, 'again');
});

test('secrets are listed by filters and read in a batch', async () => {
  await create('list/a', '1');
  await client.send(
    new CreateSecretCommand({
      Name: 'list/b',
      SecretBinary: new Uint8Array([1, 2]),
      Description: 'Second One',
      Tags: [{ Key: 'team', Value: 'x' }],
    }),
  );
  const names = async (Key: 'name' | 'description' | 'tag-key', ...Values: string[]) => {
    const { SecretList } = await client.send(
      new ListSecretsCommand({ Filters: [{ Key, Values }] }),
    );
    return SecretList?.map(({ Name }) => Name);
  };
  expect(await names('name', 'list/')).toEqual(['list/a', 'list/b']);
  expect(await names('name', '!list/a', '!x')).toContain('list/b');
  expect(await names('description', 'second')).toEqual(['list/b']);
  expect(await names('tag-key', 'team')).toEqual(['list/b']);
  const tag = { SecretId: 'list/b', Tags: [{ Key: 'more', Value: 'y' }] };
  await client.send(new TagResourceCommand(tag));
  await client.send(new UntagResourceCommand({ SecretId: 'list/b', TagKeys: ['team'] }));
  expect(await names('tag-key', 'team')).toEqual([]);
  const SecretIdList = ['list/a', 'list/b', 'list/c'];
  const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList }));
  expect(batch.SecretValues).toMatchObject([
    { Name: 'list/a', SecretString: '1' },
    { Name: 'list/b', SecretBinary: new Uint8Array([1, 2]) },
  ]);
  expect(batch.Errors).toMatchObject([
    { SecretId: 'list/c', ErrorCode: 'ResourceNotFoundException' },
  ]);
  await client.send(new UpdateSecretCommand({ SecretId: 'list/a', Description: 'new' }));
  expect(await names('description', 'new')).toEqual(['list/a']);
  expect(await get('list/a')).toMatchObject({ SecretString: '1' });
});

const password = async (input: GetRandomPasswordCommandInput): Promise<string> =>
  (await client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? '';

test('a random password has the characters that are asked for', async () => {
  expect(await password({})).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w ]).{32}$/u);
  const digits = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludePunctuation: true };
  expect(await password({ ...digits, PasswordLength: 8, ExcludeCharacters: '01' })).toMatch(
    /^[2-9]{8}$/u,
  );
  expect(await password({ PasswordLength: 5, IncludeSpace: true })).toContain(' ');
  await expect(password({ PasswordLength: 3 })).rejects.toThrow('Password length is too short');
  await expect(password({ ...digits, ExcludeNumbers: true })).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

test.each([
  [{ Name: 'no:colons', SecretString: 'x' }, 'InvalidParameterException: Invalid name.'],
  [
    { Name: 'both', SecretString: 'x', SecretBinary: new Uint8Array([1]) },
    "InvalidParameterException: You can't specify both a binary secret value",
  ],
  [
    { Name: 'long', SecretString: 'x'.repeat(65_537) },
    "ValidationException: 1 validation error detected: Value '***' at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
  ],
  [
    { Name: 'japanese', SecretString: '語'.repeat(22_000) },
    "InvalidParameterException: The secret value can't be larger than 65536 bytes.",
  ],
  [
    { Name: 'bytes', SecretBinary: new Uint8Array(65_537) },
    "InvalidParameterException: The secret value can't be larger than 65536 bytes.",
  ],
  [
    { Name: 'short', ClientRequestToken: 'x' },
    "ValidationException: 1 validation error detected: Value 'x' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32",
  ],
])('a secret that AWS refuses is refused', async (input, expected) => {
  const error = await client.send(new CreateSecretCommand(input)).catch(String);
  expect(error).toContain(expected);
});

test('a secret without a value has none to read', async () => {
  await create('empty');
  await expect(get('empty')).rejects.toThrow(
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  );
  await expect(client.send(new PutSecretValueCommand({ SecretId: 'empty' }))).rejects.toThrow(
    'You must provide either SecretString or SecretBinary.',
  );
});
