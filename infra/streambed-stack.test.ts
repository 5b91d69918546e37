import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

function synthesize(context: Readonly<Record<string, string>> = {}): Template {
  const app = new App({ context });
  return Template.fromStack(new StreambedStack(app, 'Streambed', readSettings(app.node)));
}

const template = synthesize();

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function statementsOf(role: string): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role));
  return own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

test('the chat function is Node 24 on arm64 with 512 MB and its own log group', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 512,
    Timeout: 300,
    LoggingConfig: { LogGroup: { Ref: 'ChatFunctionLogs' } },
  });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
});

test('the chat function has a URL that streams, for signed calls only', () => {
  template.hasResourceProperties('AWS::Lambda::Url', {
    AuthType: 'AWS_IAM',
    InvokeMode: 'RESPONSE_STREAM',
    TargetFunctionArn: { 'Fn::GetAtt': ['ChatFunction', 'Arn'] },
  });
  const open = template.findResources('AWS::Lambda::Url', { Properties: { AuthType: 'NONE' } });
  expect(open).toEqual({});
});

test('a public URL must be requested, and gets both permissions that it needs', () => {
  const open = synthesize({ publicChat: 'true' });
  open.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
  for (const Action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']) {
    open.hasResourceProperties('AWS::Lambda::Permission', { Action, Principal: '*' });
  }
  open.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { ALLOW_ANONYMOUS: 'true' } },
  });
});

test('synthesizing a public URL prints a warning', () => {
  const app = new App({ context: { publicChat: 'true' } });
  const stack = new StreambedStack(app, 'Streambed', readSettings(app.node));
  const annotations = Annotations.fromStack(stack);
  annotations.hasWarning('*', Match.stringLikeRegexp('at your expense'));
});

test('every API method except one uses the authorizer, which caches nothing', () => {
  const authorized = {
    ApiKeyRequired: true,
    AuthorizationType: 'CUSTOM',
    AuthorizerId: { Ref: 'Authorizer' },
  };
  const methods = Object.keys(template.findResources('AWS::ApiGateway::Method'));
  const guarded = template.findResources('AWS::ApiGateway::Method', { Properties: authorized });
  const open = methods.filter((id) => !(id in guarded));
  // Only the description of the API.
  expect(open).toEqual([expect.stringContaining('openapijson')]);
  template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
    Type: 'REQUEST',
    AuthorizerResultTtlInSeconds: 0,
  });
  template.hasResourceProperties('AWS::ApiGateway::RestApi', { ApiKeySourceType: 'AUTHORIZER' });
});

test('the user pool is retained, and people can sign up themselves only if selfSignUp is set', () => {
  template.hasResource('AWS::Cognito::UserPool', {
    DeletionPolicy: 'Retain',
    Properties: {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
    },
  });
  template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
    AllowedOAuthFlows: ['code'],
    PreventUserExistenceErrors: 'ENABLED',
    CallbackURLs: [
      { 'Fn::Join': ['', [{ Ref: 'PageOrigin' }, '/auth/callback']] },
      'http://localhost:3000/chat',
    ],
  });
  synthesize({ selfSignUp: 'true' }).hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
  });
});

test('a second issuer is passed to the authorizer, and needs an audience', () => {
  const oidc = { oidcIssuer: 'https://id.example.org/', oidcAudience: 'streambed' };
  synthesize(oidc).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({
        OIDC_ISSUER: 'https://id.example.org/',
        OIDC_JWKS_URL: 'https://id.example.org/.well-known/jwks.json',
      }),
    },
  });
  expect(() => synthesize({ oidcIssuer: 'https://id.example.org/' })).toThrow('oidcAudience');
});

test('a queue has a maximum of deliveries, and workers report failed messages one by one', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 1_800,
    RedrivePolicy: { maxReceiveCount: 5 },
  });
  template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('POST /chat/stream streams for up to five minutes, and API keys have a usage plan', () => {
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    Integration: {
      Type: 'AWS_PROXY',
      ResponseTransferMode: 'STREAM',
      TimeoutInMillis: 300_000,
      Uri: { 'Fn::Join': ['', Match.arrayWith(['/response-streaming-invocations'])] },
    },
  });
  template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
    Throttle: { RateLimit: 50, BurstLimit: 500 },
  });
});

test('the table is on demand, encrypted, recoverable, protected, and deletes expired items', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
  });
});

test('no role has wildcard actions or wildcard resources', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements: Statement[] = policies.flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  expect(statements.length).toBeGreaterThan(5);
  for (const { Action, Resource } of statements) {
    expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
    expect([Resource].flat()).not.toContain('*');
  }
});

test('the chat role can stream from its models, and cannot list anything or delete items', () => {
  const actions = statementsOf('ChatFunctionRole').flatMap(({ Action }) => [Action].flat());
  expect([...new Set(actions)].toSorted()).toEqual([
    'bedrock:InvokeModelWithResponseStream',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:DeleteObject',
    's3:GetObject',
    's3:PutObject',
  ]);
});

test('the conversations role cannot call a model', () => {
  const actions = statementsOf('ConversationsFunctionRole').flatMap(({ Action }) =>
    [Action].flat(),
  );
  expect(actions.filter((action) => action.startsWith('bedrock'))).toEqual([]);
});

test("a profile's model is allowed only through the profile", () => {
  const statement = statementsOf('ChatFunctionRole').find((one) =>
    JSON.stringify(one.Resource).includes('us-east-2::foundation-model/anthropic'),
  );
  expect(JSON.stringify(statement)).toContain('bedrock:InferenceProfileArn');
});

test('invalid settings are rejected with their name', () => {
  expect(() => synthesize({ maxOutputTokens: 'many' })).toThrow('maxOutputTokens: must be');
  expect(() => synthesize({ publicChat: 'yes' })).toThrow('publicChat: must be');
  expect(() => synthesize({ models: 'a,,b' })).toThrow('models: must be');
});

test('every workflow step that calls a model has a retry and a catch', () => {
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const tasks = machines.flatMap(({ Properties }) => tasksIn(Properties.Definition));
  const callsModel = ({ Resource }: TaskState): boolean =>
    Resource?.endsWith('bedrock:invokeModel') === true;
  const modelTasks = tasks.filter(callsModel);
  // A step whose process crashes can run again, because the answers of models are in files.
  const steps = tasks.filter((task) => !callsModel(task)).map(({ Retry }) => JSON.stringify(Retry));
  expect(steps.length).toBeGreaterThan(4);
  expect(steps.filter((retry) => !/Runtime\.ExitError|States\.ALL/u.test(retry))).toEqual([]);
  expect(modelTasks).toHaveLength(4);
  for (const task of modelTasks) {
    expect(task.Retry).toHaveLength(1);
    expect(task.Catch).toHaveLength(1);
    expect(task.Parameters).not.toHaveProperty('Body');
  }
});

test('S3 sends uploads to a queue, and no function can change buckets', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    NotificationConfiguration: {
      QueueConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'uploads/' }] } },
        },
      ],
    },
  });
  expect(template.findResources('Custom::S3BucketNotifications')).toEqual({});
});

test('only the knowledge bases and agents in the settings can be called', () => {
  const custom = synthesize({
    knowledgeBases: 'docs=ABCDEFGHIJ',
    agents: 'old=AGENT12345/ALIAS67890',
  });
  const text = JSON.stringify(custom.findResources('AWS::IAM::Policy'));
  expect(text).toContain(':knowledge-base/ABCDEFGHIJ');
  expect(text).toContain(':agent-alias/AGENT12345/ALIAS67890');
  expect(() => synthesize({ agents: 'nameless' })).toThrow('agents: must be a list like');
  expect(() => synthesize({ documentModel: 'meta.llama3' })).toThrow('documentModel');
});

test('the LangChain function can call its model in the configured Region', () => {
  const langchainModel = 'eu.amazon.nova-lite-v1:0';
  const custom = synthesize({ langchainModel, langchainRegion: 'eu-west-1' });
  custom.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { MODEL_REGION: 'eu-west-1', MODELS: langchainModel } },
  });
  const text = JSON.stringify(custom.findResources('AWS::IAM::Policy'));
  expect(text).toContain(':bedrock:eu-west-1:');
  expect(text).toContain(`:inference-profile/${langchainModel}`);
});

test('every parameter has a default, so that deployments need not set any', () => {
  const parameters = Object.entries(template.findParameters('*'));
  expect(parameters.length).toBeGreaterThan(3);
  expect(parameters.filter(([, { Default }]) => Default === undefined)).toEqual([]);
});

interface TaskState {
  readonly Resource?: string;
  readonly Parameters?: object;
  readonly Retry?: readonly object[];
  readonly Catch?: readonly object[];
}

/** Returns the task states of a definition, including those of its maps and branches. */
function tasksIn(value: unknown): readonly TaskState[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Type' in value && value.Type === 'Task' ? [value as TaskState] : [];
  return [...own, ...Object.values(value).flatMap(tasksIn)];
}
