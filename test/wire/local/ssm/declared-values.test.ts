import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const newData = (): Promise<string> => mkdtemp(join(tmpdir(), 'streambed-'));

const stored = (value: string): string => `
Resources:
  Declared: { Type: AWS::SSM::Parameter, Properties: { Name: /d, Type: String, Value: ${value} } }
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: db
      GenerateSecretString:
        SecretStringTemplate: '{"username":"admin"}'
        GenerateStringKey: password
        PasswordLength: 20
        ExcludePunctuation: true
Outputs:
  Password: { Value: !Sub '{{resolve:secretsmanager:\${Secret}:SecretString:password}}' }
`;

async function read({ config }: HostedTemplate, Name: string): Promise<unknown> {
  const { Parameter } = await new SSMClient(config).send(new GetParameterCommand({ Name }));
  return Parameter?.Value;
}

async function readSecret({ config }: HostedTemplate, SecretId: string): Promise<unknown> {
  const { SecretString } = await new SecretsManagerClient(config).send(
    new GetSecretValueCommand({ SecretId }),
  );
  return SecretString;
}

test('values of the API survive a restart, until the template declares another', async () => {
  const data = await newData();
  let generated: unknown;
  {
    await using system = await hostText(stored('one'), { data });
    generated = await readSecret(system, 'db');
    expect(JSON.parse(String(generated))).toEqual({
      username: 'admin',
      password: expect.stringMatching(/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[a-zA-Z\d]{20}$/u) as string,
    });
    const ssm = new SSMClient(system.config);
    for (const Name of ['/d', '/api']) {
      await ssm.send(
        new PutParameterCommand({ Name, Value: 'by API', Type: 'String', Overwrite: true }),
      );
    }
  }
  {
    await using system = await hostText(stored('one'), { data });
    expect(await read(system, '/d')).toBe('by API');
    expect(await read(system, '/api')).toBe('by API');
    expect(await readSecret(system, 'db')).toBe(generated);
    const put = new PutSecretValueCommand({ SecretId: 'db', SecretString: '{"password":"mine"}' });
    await new SecretsManagerClient(system.config).send(put);
  }
  {
    await using system = await hostText(stored('two'), { data });
    expect(await read(system, '/d')).toBe('two');
    expect(await readSecret(system, 'db')).toBe('{"password":"mine"}');
    expect(system.state.outputs).toEqual({ Password: 'mine' });
  }
});

/** A template whose only resource shows resolved values in its outputs. */
const showing = (value: string, more = ''): string => `
${more}
Resources:
  Shown: { Type: AWS::SSM::Parameter, Properties: { Name: /shown, Type: String, Value: ${value} } }
  Twice: { Type: AWS::SSM::Parameter, Properties: { Name: /list, Type: StringList, Value: 'a,b' } }
  Plain: { Type: AWS::SecretsManager::Secret, Properties: { Name: plain, SecretString: text } }
Outputs:
  Value: { Value: !GetAtt Shown.Value }
`;

const looked = 'Parameters: { P: { Type: "AWS::SSM::Parameter::Value<String>", Default: /given } }';

test.each([
  ['a parameter that the template declares', "'{{resolve:ssm:/list}}!'", '', {}, 'a,b!'],
  ['a version of it', "'{{resolve:ssm:/list:1}}'", '', {}, 'a,b'],
  ['one that an option gives', "'{{resolve:ssm:/x}}'", '', { 'ssm:/x': 'y' }, 'y'],
  ['a name that is put together', '!Join ["", ["{{resolve:ssm:", /list, "}}"]]', '', {}, 'a,b'],
  ['a secret', "'{{resolve:secretsmanager:plain}}'", '', {}, 'text'],
  [
    'a secret by its ARN',
    '!Sub "{{resolve:secretsmanager:${Plain}:SecretString:::}}"',
    '',
    {},
    'text',
  ],
  [
    'a member of a secret',
    "'{{resolve:secretsmanager:s:SecretString:k:AWSCURRENT}}'",
    '',
    { 'secretsmanager:s': '{"k":"v"}' },
    'v',
  ],
  ['a template parameter', '!Ref P', looked, { 'ssm:/given': 'g' }, 'g'],
  ['a template parameter with another name', '!Ref P', looked, { P: '/list' }, 'a,b'],
  [
    'a list',
    '!Select [1, !Ref P]',
    looked.replace('<String>', '<List<String>>'),
    { P: '/list' },
    'b',
  ],
])('a template looks up %s', async (_, value, more, parameters, expected) => {
  await using system = await hostText(showing(value, more), { parameters });
  expect(system.state.outputs).toEqual({ Value: expected });
  expect(await read(system, '/shown')).toBe(expected);
});

test.each([
  [
    "'{{resolve:ssm:/none}}'",
    '',
    '{{resolve:ssm:/none}}: there is no ssm value /none here: give it with --parameter ssm:/none=VALUE',
  ],
  [
    "'{{resolve:secretsmanager:none:SecretString:k}}'",
    '',
    'give it with --parameter secretsmanager:none=VALUE',
  ],
  [
    '!Ref P',
    looked,
    'Parameter P: there is no ssm value /given here: give it with --parameter ssm:/given=VALUE',
  ],
  ["'{{resolve:ssm:/shown}}'", '', 'give it with --parameter ssm:/shown=VALUE'],
  [
    "'{{resolve:ssm-secure:/list}}'",
    '',
    'SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]',
  ],
  ["'{{resolve:secretsmanager:plain:SecretString:k}}'", '', 'Could not parse SecretString JSON'],
  ["'{{resolve:ssm:/list:7}}'", '', 'could not find version 7 of /list'],
  ["'{{resolve:vault:/list}}'", '', 'there is no service vault'],
])('%s is refused', async (value, more, expected) => {
  await expect(hostText(showing(value, more))).rejects.toThrow(expected);
});

test('a parameter type that is not used needs no value, as the version of CDK bootstrap', async () => {
  await using system = await hostText(showing('x', looked));
  expect(system.state.outputs).toEqual({ Value: 'x' });
});
