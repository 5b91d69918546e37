import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { allOptions, stackWith, synthesize } from '#test/fixtures/synthesized.ts';

/*
 * What each option adds to the template, and which values stop the synthesis. The template without
 * options is that of the other tests.
 */

const plain = synthesize();
const full = synthesize(allOptions);

test('without options, the template has nothing of them', () => {
  const text = JSON.stringify(plain.toJSON());
  expect(text).not.toMatch(/"(?:AWS::(?:WAFv2|EC2|SNS)|Custom)::/u);
  for (const property of [
    'ReservedConcurrentExecutions',
    'LogFormat',
    'AccessLogSetting',
    'LoggingConfiguration',
    'MfaConfiguration',
    'VpcConfig',
  ]) {
    expect(text).not.toContain(`"${property}"`);
  }
});

test('concurrency is reserved and memory set for the functions in the settings', () => {
  full.hasResourceProperties('AWS::Lambda::Function', {
    LoggingConfig: Match.objectLike({ LogGroup: { Ref: 'ChatFunctionLogs' } }),
    ReservedConcurrentExecutions: 200,
    MemorySize: 2_048,
  });
  const reserved = full.findResources('AWS::Lambda::Function', {
    Properties: { ReservedConcurrentExecutions: Match.anyValue() },
  });
  expect(Object.keys(reserved).toSorted()).toEqual(['ChatFunction', 'OpenAiFunction']);
  const memory = Object.fromEntries(
    Object.entries(full.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => [
      id,
      Properties.MemorySize,
    ]),
  );
  // Reading a PDF has a reason for its size.
  expect(memory).toMatchObject({ TaskWorkerFunction: 1_024, ExtractTextFunction: 1_769 });
});

test('a reservation of 0 stops a function', () => {
  const stopped = synthesize({ reservedConcurrency: 'ChatFunction=0' });
  stopped.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 0 });
});

test('log levels are those of every function, in the format in which Lambda knows levels', () => {
  const own = Object.entries(full.findResources('AWS::Lambda::Function')).filter(
    ([id]) => !id.startsWith('Custom'),
  );
  expect(own.length).toBeGreaterThan(15);
  for (const [id, { Properties }] of own) {
    expect(Properties.LoggingConfig).toEqual({
      LogFormat: 'JSON',
      ApplicationLogLevel: 'WARN',
      SystemLogLevel: 'WARN',
      LogGroup: { Ref: `${id}Logs` },
    });
  }
});

test('all logs are kept for the same time, those of options, too', () => {
  full.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  expect(Object.keys(full.findResources('AWS::Logs::LogGroup'))).toEqual(
    expect.arrayContaining(['ApiAccessLogs', 'WorkflowLogs', 'RejectedTraffic']),
  );
});

test('an access log is JSON without paths, queries, bodies, addresses or identities', () => {
  const [stage] = Object.values(full.findResources('AWS::ApiGateway::Stage'));
  const fields = JSON.parse(stage?.['Properties'].AccessLogSetting.Format);
  expect(fields).toMatchObject({ route: '$context.resourcePath', status: '$context.status' });
  const variables = Object.values(fields).map(String);
  const forbidden = /path$|query|body|header|identity|user|apiKey|principal|claims|messageString/iu;
  expect(variables.filter((name) => name !== fields.route && forbidden.test(name))).toEqual([]);
});

test('the role by which API Gateway logs is the one of the account, unless it is to be created', () => {
  full.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
  full.hasResource('AWS::ApiGateway::Stage', { DependsOn: ['ApiLogsAccount'] });
  const existing = synthesize({ apiAccessLogs: 'true' });
  expect(existing.findResources('AWS::ApiGateway::Account')).toEqual({});
  existing.hasResourceProperties('AWS::ApiGateway::Stage', {
    AccessLogSetting: { DestinationArn: { 'Fn::GetAtt': ['ApiAccessLogs', 'Arn'] } },
  });
});

test('workflows log what happens, and not what they work on', () => {
  full.allResourcesProperties('AWS::StepFunctions::StateMachine', {
    LoggingConfiguration: {
      Level: 'ALL',
      IncludeExecutionData: false,
      Destinations: [
        { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['WorkflowLogs', 'Arn'] } } },
      ],
    },
  });
});

test('WAF limits the requests of an address and the size of bodies, and shows no credentials', () => {
  const rule = { Action: { Block: {} } };
  full.hasResourceProperties('AWS::WAFv2::WebACL', {
    Scope: 'REGIONAL',
    DefaultAction: { Allow: {} },
    AssociationConfig: { RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_64' } } },
    Rules: [
      { ...rule, Statement: { RateBasedStatement: Match.objectLike({ Limit: 3_000 }) } },
      {
        ...rule,
        Statement: {
          SizeConstraintStatement: {
            ComparisonOperator: 'GT',
            Size: 65_536,
            FieldToMatch: { Body: { OversizeHandling: 'MATCH' } },
          },
        },
      },
    ].map((each) => Match.objectLike(each)),
  });
  expect(JSON.stringify(full.toJSON())).not.toContain('"SampledRequestsEnabled":true');
  const [association] = Object.values(full.findResources('AWS::WAFv2::WebACLAssociation'));
  expect(JSON.stringify(association?.['Properties'].ResourceArn)).toMatch(/restapis.+stages/u);
});

test('people need a second factor and a password of the settings', () => {
  full.hasResourceProperties('AWS::Cognito::UserPool', {
    MfaConfiguration: 'ON',
    EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    Policies: {
      PasswordPolicy: {
        MinimumLength: 16,
        RequireLowercase: true,
        RequireUppercase: true,
        RequireNumbers: true,
        RequireSymbols: true,
      },
    },
  });
  plain.hasResourceProperties('AWS::Cognito::UserPool', {
    Policies: { PasswordPolicy: { MinimumLength: 12, RequireSymbols: Match.absent() } },
  });
});

test('what is stored is deleted with the stack, files included', () => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool']) {
    full.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  }
  full.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
  full.hasResourceProperties('AWS::Cognito::UserPool', { DeletionProtection: 'INACTIVE' });
  full.resourcePropertiesCountIs(
    'Custom::S3AutoDeleteObjects',
    { BucketName: Match.anyValue() },
    3,
  );
});

const chat = { reservedConcurrency: 'ChatFunction=1' };

test.each<readonly [string, Readonly<Record<string, string>>, string]>([
  ['reservedConcurrency', { reservedConcurrency: '100' }, 'must be a list like ChatFunction=200'],
  ['reservedConcurrency', { reservedConcurrency: 'ChatFunction=-1' }, 'must be a list like'],
  ['reservedConcurrency', { reservedConcurrency: 'Chat=5' }, 'there is no function Chat; the'],
  ['reservedConcurrency', { reservedConcurrency: 'ChatFunction=901' }, 'must be at most 900'],
  ['reservedConcurrency', { ...chat, accountConcurrency: '100' }, 'must be at most 0 in total'],
  ['memory', { memory: '64' }, 'must be a whole number from 128 to 10240'],
  ['functionMemory', { functionMemory: 'ChatFunction=20000' }, 'must be a whole number from 128'],
  ['functionMemory', { functionMemory: 'Nothing=512' }, 'there is no function Nothing'],
  ['logLevel', { logLevel: 'verbose' }, 'must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL'],
  ['systemLogLevel', { systemLogLevel: 'ERROR' }, 'must be DEBUG, INFO or WARN'],
  ['logRetentionDays', { logRetentionDays: '31' }, 'must be 1, 3, 5, 7, 14, 30,'],
  ['logRetentionDays', { logRetentionDays: '9999' }, 'must be 1, 3, 5, 7, 14, 30,'],
  ['apiAccessLogs', { apiAccessLogs: 'on' }, 'must be true or false'],
  ['apiLogRole', { apiLogRole: 'create' }, 'has an effect only with apiAccessLogs=true'],
  ['apiLogRole', { apiAccessLogs: 'true', apiLogRole: 'x' }, 'must be existing or create'],
  ['workflowLogs', { workflowLogs: 'FATAL' }, 'must be OFF, ERROR or ALL'],
  ['waf', { waf: 'yes' }, 'must be true or false'],
  ['wafBodyKb', { waf: 'true', wafBodyKb: '100' }, 'must be 16, 32, 48 or 64'],
  ['wafBodyKb', { wafBodyKb: '16' }, 'has an effect only with waf=true'],
  [
    'wafRequestsPer5Minutes',
    { waf: 'true', wafRequestsPer5Minutes: '9' },
    'must be a whole number from 10 to',
  ],
  ['mfa', { mfa: 'true' }, 'must be off, optional or required'],
  ['passwordMinLength', { passwordMinLength: '6' }, 'must be a whole number from 8 to 99'],
  ['passwordRequires', { passwordRequires: 'digits,emoji' }, 'must be lowercase, uppercase,'],
  ['removalPolicy', { removalPolicy: 'delete' }, 'must be retain or destroy'],
])('the synthesis stops at a wrong %s: %j', (name, context, expected) => {
  expect(() => stackWith(context)).toThrow(`${name}: ${expected}`);
});

test.each([
  '*',
  'null',
  'chat.example.com',
  'https://chat.example.com/',
  'https://chat.example.com/chat',
  'https://*.example.com',
  'https://CHAT.example.com',
  'https://chat.example.com:443',
  'https://user@chat.example.com',
  'http://chat.example.com',
  'ftp://chat.example.com',
  'https://chat.example.com,javascript:alert(1)',
])('%s is not an origin of pages', (value) => {
  expect(() => stackWith({ allowedOrigins: value })).toThrow('allowedOrigins: must be origins');
});
