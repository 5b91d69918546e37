import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkStack } from '#scripts/doctor/examine.ts';
import { readTemplate } from '#scripts/doctor/read/read-template.ts';

const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** A template as CDK writes it, sound unless properties are changed. */
async function write(changes: Readonly<Record<string, object>>): Promise<string> {
  const resources: Readonly<Record<string, readonly [string, object]>> = {
    Logs: ['AWS::Logs::LogGroup', { RetentionInDays: 30 }],
    ChatFunction: [
      'AWS::Lambda::Function',
      {
        Runtime: 'nodejs24.x',
        Timeout: 300,
        Environment: { Variables: { MAX_OUTPUT_TOKENS: '4096', TASK_QUEUE: { Ref: 'Tasks' } } },
        LoggingConfig: { LogGroup: { Ref: 'Logs' } },
      },
    ],
    Url: [
      'AWS::Lambda::Url',
      {
        TargetFunctionArn: arnOf('ChatFunction'),
        AuthType: 'AWS_IAM',
        InvokeMode: 'RESPONSE_STREAM',
        Cors: { AllowOrigins: ['http://localhost:3000'] },
      },
    ],
    Tasks: ['AWS::SQS::Queue', { VisibilityTimeout: 1800 }],
    Source: [
      'AWS::Lambda::EventSourceMapping',
      { EventSourceArn: arnOf('Tasks'), FunctionName: { Ref: 'ChatFunction' } },
    ],
    Post: [
      'AWS::ApiGateway::Method',
      {
        Integration: {
          ResponseTransferMode: 'STREAM',
          TimeoutInMillis: 300_000,
          Uri: { 'Fn::Join': ['', ['…/functions/', arnOf('ChatFunction'), '/…']] },
        },
      },
    ],
    Permission: [
      'AWS::Lambda::Permission',
      { FunctionName: arnOf('ChatFunction'), Principal: 'apigateway.amazonaws.com', Action: 'x' },
    ],
  };
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, [Type, properties]]) => {
      return [id, { Type, Properties: Object.assign({}, properties, changes[id]) }];
    }),
  );
  const file = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'a.template.json');
  const Parameters = { PageOrigin: { Type: 'String', Default: 'http://localhost:3000' } };
  await writeFile(file, JSON.stringify({ Parameters, Resources }));
  return file;
}

const checksOf = async (changes: Readonly<Record<string, object>>): Promise<readonly string[]> => {
  const findings = checkStack(await readTemplate(await write(changes)));
  return findings.map(({ check, resource }) => `${check} ${resource}`);
};

test('nothing is wrong with a sound template', async () => {
  expect(await checksOf({})).toEqual([]);
});

const faults: readonly (readonly [string, Readonly<Record<string, object>>])[] = [
  ['log-retention ChatFunction', { Logs: { RetentionInDays: undefined } }],
  ['runtime ChatFunction', { ChatFunction: { Runtime: 'nodejs18.x' } }],
  ['url-access ChatFunction', { Url: { AuthType: 'NONE' } }],
  ['invoke-mode ChatFunction', { Url: { InvokeMode: 'BUFFERED' } }],
  ['cors ChatFunction', { Url: { Cors: { AllowOrigins: ['https://a.example.com'] } } }],
  ['policy-access ChatFunction', { Permission: { Principal: '*' } }],
  ['queue-visibility Tasks', { Tasks: { VisibilityTimeout: 60 } }],
  ['route-timeout Post', { Post: { Integration: { Uri: arnOf('ChatFunction') } } }],
];

test.each(faults)('%s is found in a template', async (expected, changes) => {
  expect(await checksOf(changes)).toEqual([expected]);
});
