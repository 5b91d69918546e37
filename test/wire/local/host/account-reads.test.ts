import {
  APIGatewayClient,
  GetResourcesCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway';
import { BedrockClient, GetFoundationModelAvailabilityCommand } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  GetAccountSettingsCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

/* What a program reads of an account to judge a deployment. */

const modelId = 'amazon.nova-micro-v1:0';

let system: HostedTemplate;

beforeAll(async () => {
  const template = `
Parameters: { Days: { Type: Number, Default: 30 } }
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => 1' }
      ReservedConcurrentExecutions: 5
      LoggingConfig: { LogGroup: !Ref Logs }
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: /work, RetentionInDays: !Ref Days, KmsKeyId: !ImportValue Key }
  Queue: { Type: AWS::SQS::Queue }
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue.Arn
      FunctionName: !Ref Worker
      ScalingConfig: { MaximumConcurrency: 3 }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: work } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: v1 } }
  Work:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: work }
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Work
      HttpMethod: POST
      AuthorizationType: AWS_IAM
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        ResponseTransferMode: STREAM
        TimeoutInMillis: 60000
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2021-11-15/functions/\${Worker.Arn}/response-streaming-invocations
`;
  system = await hostText(template, {
    environments: { concurrency: 20, idleMs: 30_000 },
    bedrock: {
      pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 },
      modelsWithoutAccess: [modelId],
    },
  });
});

afterAll(() => system.close());

test('the account has its concurrency, and less of it without reservations', async () => {
  const lambda = new LambdaClient(system.config);
  expect(await lambda.send(new GetAccountSettingsCommand({}))).toMatchObject({
    AccountLimit: { ConcurrentExecutions: 20, UnreservedConcurrentExecutions: 15 },
    AccountUsage: { FunctionCount: 1 },
  });
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
  expect(EventSourceMappings).toMatchObject([{ ScalingConfig: { MaximumConcurrency: 3 } }]);
});

test('a log group has the retention of the template until a call changes it', async () => {
  const logs = new CloudWatchLogsClient(system.config);
  const retention = async (): Promise<unknown> => {
    const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: '/work' });
    return (await logs.send(command)).logGroups?.[0]?.retentionInDays;
  };
  const logGroupName = '/work';
  expect(await retention()).toBe(30);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
  expect(await retention()).toBe(7);
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
  expect(await retention()).toBeUndefined();
  await expect(
    logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 8 })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(
    logs.send(new DeleteRetentionPolicyCommand({ logGroupName: '/nothing' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a REST API is read with its methods and their integrations', async () => {
  const client = new APIGatewayClient(system.config);
  const { items: [api] = [] } = await client.send(new GetRestApisCommand({}));
  expect(api).toMatchObject({ name: 'work', endpointConfiguration: { types: ['EDGE'] } });
  const restApiId = api?.id;
  const { items } = await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }));
  expect(items).toMatchObject([
    {
      path: '/work',
      pathPart: 'work',
      resourceMethods: {
        POST: {
          authorizationType: 'AWS_IAM',
          methodIntegration: {
            type: 'AWS_PROXY',
            timeoutInMillis: 60_000,
            responseTransferMode: 'STREAM',
            uri: 'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:000000000000:function:local-Worker/response-streaming-invocations',
          },
        },
      },
    },
  ]);
  await expect(
    client.send(new GetResourcesCommand({ restApiId: 'unknown' })),
  ).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('a model without access is not available, and refuses calls', async () => {
  const bedrock = new BedrockClient(system.config);
  const availability = async (id: string): Promise<unknown> =>
    bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId: id }));
  expect(await availability(modelId)).toMatchObject({
    agreementAvailability: { status: 'NOT_AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
  });
  expect(await availability('amazon.nova-lite-v1:0')).toMatchObject({
    modelId: 'amazon.nova-lite-v1:0',
    agreementAvailability: { status: 'AVAILABLE' },
    authorizationStatus: 'AUTHORIZED',
    entitlementAvailability: 'AVAILABLE',
    regionAvailability: 'AVAILABLE',
  });
  await expect(availability('amazon.nothing-v1:0')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
  const runtime = new BedrockRuntimeClient(system.config);
  for (const id of [modelId, `us.${modelId}`]) {
    await expect(
      runtime.send(new ConverseCommand({ modelId: id, messages })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: "You don't have access to the model with the specified model ID.",
    });
  }
});
