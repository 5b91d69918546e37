import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startLocal, type LocalSystem } from '#local/host/host.ts';

const yaml = `AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }
  Names: { Type: CommaDelimitedList, Default: 'a, b' }
  Secret: { Type: String }
Mappings:
  Sizes: { dev: { memory: 256 }, prod: { memory: 512 } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Echo:
    Type: AWS::Lambda::Function
    Properties:
      Code: ./functions
      Handler: index.environment
      Runtime: nodejs24.x
      MemorySize: !FindInMap [Sizes, !Ref Stage, memory]
      Environment:
        Variables:
          JOINED: !Join ['-', !Ref Names]
          SECRET: !Ref Secret
          WHERE: !Sub '\${AWS::Region}/\${Stage}'
          ONLY_PROD: !If [IsProd, 'yes', !Ref 'AWS::NoValue']
  Url:
    Type: AWS::Lambda::Url
    Properties: { TargetFunctionArn: !GetAtt Echo.Arn, AuthType: NONE }
  EchoUrlPublic:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Echo
      Principal: '*'
      Action: lambda:InvokeFunctionUrl
      FunctionUrlAuthType: NONE
  EchoInvokePublic:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Echo
      Principal: '*'
      Action: lambda:InvokeFunction
      InvokedViaFunctionUrl: true
Outputs:
  Address: { Value: !GetAtt Url.FunctionUrl }
  Production: { Condition: IsProd, Value: 'yes' }
`;

async function host(
  parameters: Readonly<Record<string, string>>,
  text = yaml,
): Promise<LocalSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await cp('test/fixtures/functions', join(folder, 'functions'), {
    recursive: true,
  });
  await writeFile(join(folder, 'template.yaml'), text);
  return startLocal({
    template: join(folder, 'template.yaml'),
    parameters,
    port: 0,
    data: join(folder, 'data'),
    bedrock: { pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 } },
    log: () => undefined,
  });
}

test('a YAML template is hosted with its parameters and returns outputs', async () => {
  const system = await host({ Secret: 's3cret', Stage: 'prod' });
  const { Address: address = '', ...others } = system.state.outputs;
  expect(others).toEqual({ Production: 'yes' });
  expect(await (await fetch(address)).json()).toMatchObject({
    JOINED: 'a-b',
    SECRET: 's3cret',
    WHERE: 'us-east-1/prod',
    ONLY_PROD: 'yes',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  });
  await system.close();
});

test('properties and outputs without a value are left out', async () => {
  const system = await host({ Secret: 'x' });
  expect(Object.keys(system.state.outputs)).toEqual(['Address']);
  const variables: unknown = await (await fetch(system.state.outputs['Address'] ?? '')).json();
  expect(variables).not.toHaveProperty('ONLY_PROD');
  await system.close();
});

test.each<[string, Record<string, string>, string]>([
  ['a missing parameter', {}, 'Parameter Secret: needs --parameter Secret=…'],
  [
    'an undeclared parameter',
    { Secert: 'x' },
    '--parameter Secert: the template declares Stage, Names, Secret',
  ],
  [
    'a parameter with a value that is not allowed',
    { Secret: 'x', Stage: 'test' },
    '--parameter Stage: must be one of dev, prod, not test',
  ],
])('an error names %s', async (_, parameters, message) => {
  await expect(host(parameters)).rejects.toThrow(message);
});

test('a template that cannot be parsed is refused with its file and line', async () => {
  await expect(host({}, 'Resources:\n  A: {')).rejects.toThrow(
    /template\.yaml is not a template in JSON or YAML: .*line 2/su,
  );
  await expect(host({}, 'only text')).rejects.toThrow(
    'template.yaml is not a template: it contains no object',
  );
});
