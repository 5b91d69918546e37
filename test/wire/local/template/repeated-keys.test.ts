import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const files = {
  'template.yaml': `
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      InlineCode: exports.handler = async () => 1
      Timeout: 3
      Timeout: 7
      Environment: !If [Never, {}, { Variables: { A: one, "A": two } }]
      Fn::Transform: { Name: AWS::Include, Parameters: { Location: part.yaml } }
  Api:
    Type: AWS::Serverless::Api
    Properties: { StageName: v1, DefinitionUri: api.yaml }
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: { DefinitionUri: machine.asl.yaml }
Conditions: { Never: !Equals [a, b] }
`,
  'part.yaml': 'MemorySize: 128\nMemorySize: 256\n',
  'api.yaml': `
openapi: 3.0.1
paths:
  /a:
    get: { x-amazon-apigateway-integration: { type: MOCK } }
  /a:
    post: { x-amazon-apigateway-integration: { type: MOCK } }
`,
  'machine.asl.yaml': 'StartAt: A\nStates:\n  A: { Type: Pass, End: true, End: true }\n',
};

test('a repeated key of YAML has its last value, and is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const template = join(folder, 'template.yaml');
  await using system = await hostTemplate('', { template });
  const line = (file: string, number: number, key: string): string =>
    `! ${join(folder, file)}: line ${number}: ${key} is there twice, and this last value is used`;
  expect(system.lines.toSorted()).toEqual(
    [
      line('template.yaml', 11, 'Timeout'),
      line('template.yaml', 12, 'A'),
      line('part.yaml', 2, 'MemorySize'),
      line('api.yaml', 6, '/a'),
      line('machine.asl.yaml', 3, 'End'),
    ].toSorted(),
  );
  const lambda = new LambdaClient(system.config);
  const configuration = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'local-F' }),
  );
  expect(configuration).toMatchObject({
    Timeout: 7,
    MemorySize: 256,
    Environment: { Variables: { A: 'two' } },
  });
});
