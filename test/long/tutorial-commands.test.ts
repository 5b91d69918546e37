import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installedAwsCommands } from '#test/fixtures/aws-command.ts';
import { publicPermissions } from '#test/fixtures/public-url.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

/*
 * The way of a tutorial through a function: it is listed, gets a URL with its permissions, is
 * configured anew, gets new code, and is watched. By the SDK, and by the `aws` command.
 */

let system: HostedTemplate;

beforeEach(async () => {
  system = await hostText(tutorialTemplate);
});

afterEach(() => system.close());

const FunctionName = 'local-Chat';

const zip = zipSync({
  'index.js': strToU8(
    `exports.handler = awslambda.streamifyResponse(async ({ query }, stream) => {
      console.log('answered', query);
      stream.write('new');
      stream.end();
    });`,
  ),
});

test('the SDK goes the way of a tutorial', async () => {
  const lambda = new LambdaClient(system.config);
  const { StackSummaries } = await new CloudFormationClient(system.config).send(
    new ListStacksCommand({}),
  );
  expect(StackSummaries).toMatchObject([{ StackName: 'local', StackStatus: 'CREATE_COMPLETE' }]);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  expect(Functions.map((each) => each.FunctionName)).toEqual([FunctionName, 'local-Plain']);
  const { FunctionUrl: url = '' } = await lambda.send(
    new CreateFunctionUrlConfigCommand({
      FunctionName,
      AuthType: 'NONE',
      InvokeMode: 'RESPONSE_STREAM',
      Cors: { AllowOrigins: ['*'], AllowMethods: ['POST'] },
    }),
  );
  for (const permission of publicPermissions) {
    // Neither of the two suffices alone.
    expect((await fetch(url)).status).toBe(403);
    await lambda.send(new AddPermissionCommand({ FunctionName, ...permission }));
  }
  expect(await (await fetch(url, { method: 'POST' })).json()).toMatchObject({ greeting: 'Hello' });
  const Environment = { Variables: { GREETING: 'Hi' } };
  await lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 30, Environment }),
  );
  expect(await (await fetch(url)).json()).toMatchObject({ greeting: 'Hi' });
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    Timeout: 30,
    Environment,
  });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip }));
  expect(await (await fetch(url)).text()).toBe('new');
  await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' }));
  expect((await fetch(url)).status).toBe(403);
  expect(await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))).toMatchObject({
    AuthType: 'AWS_IAM',
    InvokeMode: 'RESPONSE_STREAM',
  });
  await expectWatched();
});

/** Expects that the three calls are in the logs and the metrics. */
async function expectWatched(): Promise<void> {
  const logs = new CloudWatchLogsClient(system.config);
  const reports = async (): Promise<number> => {
    const group = { logGroupName: `/aws/lambda/${FunctionName}`, filterPattern: 'REPORT' };
    const { events = [] } = await logs.send(new FilterLogEventsCommand(group));
    return events.length;
  };
  await expect.poll(reports).toBe(3);
  const cloudWatch = new CloudWatchClient(system.config);
  const metric = { Namespace: 'AWS/Lambda', MetricName: 'Invocations' };
  const Dimensions = [{ Name: 'FunctionName', Value: FunctionName }];
  const { Datapoints = [] } = await cloudWatch.send(
    new GetMetricStatisticsCommand({
      ...metric,
      Dimensions,
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 86_400,
      Statistics: ['Sum'],
    }),
  );
  expect(Datapoints.map(({ Sum }) => Sum)).toEqual([3]);
  const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ ...metric, Dimensions }));
  expect(Metrics.length).toBeGreaterThan(0);
}

const logGroup = '/aws/lambda/local-Chat';

const curlPlain =
  'curl -s -N "$(aws lambda get-function-url-config --function-name local-Plain --query FunctionUrl --output text)"';

/** Lines that work, with a part of what they print. */
const commands: readonly (readonly [line: string, output: string])[] = [
  ['aws cloudformation list-stacks --stack-status-filter CREATE_COMPLETE', '"StackName": "local"'],
  ['aws lambda list-functions --query "Functions[].FunctionName" --output text', 'local-Chat'],
  ['aws lambda get-function-configuration --function-name local-Chat', '"Timeout": 10'],
  [
    `aws lambda create-function-url-config --function-name local-Plain --auth-type NONE --cors '{"AllowOrigins":["*"],"AllowMethods":["*"],"AllowHeaders":["content-type"]}'`,
    '"AllowMethods"',
  ],
  [
    'aws lambda add-permission --function-name local-Plain --statement-id FunctionURLAllowPublicAccess --action lambda:InvokeFunctionUrl --principal "*" --function-url-auth-type NONE',
    'FunctionURLAllowPublicAccess',
  ],
  [
    // Old tutorials stop here, and AWS answers 403.
    curlPlain,
    'Forbidden. For troubleshooting',
  ],
  [
    'aws lambda update-function-configuration --function-name local-Chat --timeout 60 --memory-size 256 --environment "Variables={GREETING=Hi}"',
    '"MemorySize": 256',
  ],
  ['aws lambda wait function-updated --function-name local-Chat', ''],
  ['aws lambda invoke --function-name local-Chat out.json && cat out.json', '"greeting":"Hi"'],
  [
    'aws lambda update-function-code --function-name local-Chat --zip-file fileb://function.zip',
    '"LastUpdateStatus": "Successful"',
  ],
  ['aws lambda invoke --function-name local-Chat out.json && cat out.json', 'new'],
  [
    'aws lambda update-function-url-config --function-name local-Plain --auth-type AWS_IAM',
    '"AuthType": "AWS_IAM"',
  ],
  [
    'aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Duration --dimensions Name=FunctionName,Value=local-Chat --start-time "$START" --end-time "$END" --period 3600 --statistics Average Maximum',
    '"Unit": "Milliseconds"',
  ],
  ['aws cloudwatch list-metrics --namespace AWS/Lambda --metric-name Errors', '"Errors"'],
  [`aws logs filter-log-events --log-group-name ${logGroup}`, 'REPORT RequestId'],
];

/** Lines with options that older versions of the command do not know. */
const newerCommands: readonly (readonly [line: string, output: string])[] = [
  [
    `aws lambda add-permission --function-name local-Plain --statement-id FunctionURLAllowInvokeAction --action lambda:InvokeFunction --principal "*" --invoked-via-function-url &&
    aws lambda update-function-url-config --function-name local-Plain --auth-type NONE &&
    ${curlPlain}`,
    'first',
  ],
  [
    'aws lambda update-function-url-config --function-name local-Plain --invoke-mode RESPONSE_STREAM',
    '"InvokeMode": "RESPONSE_STREAM"',
  ],
];

/** Lines that AWS refuses, with its words. */
const refusals: readonly (readonly [line: string, output: string])[] = [
  [
    'aws lambda create-function-url-config --function-name local-Plain --auth-type NONE',
    'An error occurred (ResourceConflictException) when calling the CreateFunctionUrlConfig operation: Failed to create function url config',
  ],
  [
    'aws lambda get-function-url-config --function-name local-Chat',
    'An error occurred (ResourceNotFoundException) when calling the GetFunctionUrlConfig operation: The resource you requested does not exist.',
  ],
  [
    'aws lambda get-function-configuration --function-name missing',
    'Function not found: arn:aws:lambda:us-east-1:000000000000:function:missing',
  ],
  [
    'aws lambda update-function-configuration --function-name local-Chat --timeout 901',
    "(ValidationException) when calling the UpdateFunctionConfiguration operation: 1 validation error detected: Value '901' at 'timeout'",
  ],
  [
    'aws lambda update-function-configuration --function-name local-Chat --invoke-mode RESPONSE_STREAM',
    'Unknown options: --invoke-mode, RESPONSE_STREAM',
  ],
  [
    'aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Duration --start-time 2026-01-01T00:00:00Z --end-time 2026-01-02T00:00:00Z --period 60',
    '(InvalidParameterCombination) when calling the GetMetricStatistics operation: At least one of the parameters Statistics and ExtendedStatistics must be specified.',
  ],
];

const times = (): string => {
  const [start, end] = [Date.now() - 3_600_000, Date.now() + 60_000];
  return `START=${new Date(start).toISOString()} END=${new Date(end).toISOString()}`;
};

test('the aws command goes the way of a tutorial, if it is installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(folder, 'function.zip'), zip);
  const at = { folder, system };
  for (const { run, runUntil, version } of installedAwsCommands()) {
    for (const [line, output] of commands) {
      const result = await run(`${times()}\n${line}`, at);
      expect([line, result]).toEqual([line, { code: 0, output: expect.stringContaining(output) }]);
    }
    for (const [line, expected] of newerCommands) {
      const { output } = await run(line, at);
      const isUnknown = output.includes('Unknown options: ');
      expect([line, output]).toEqual([
        line,
        expect.stringContaining(isUnknown ? 'Unknown options: --invoke' : expected),
      ]);
    }
    for (const [line, output] of refusals) {
      const { code, output: printed } = await run(line, at);
      expect([line, printed]).toEqual([line, expect.stringContaining(output)]);
      expect(code).not.toBe(0);
    }
    // Version 1 of the command cannot follow logs.
    if (version === 1) continue;
    const following = runUntil('answered later', `aws logs tail ${logGroup} --follow`, at);
    await new LambdaClient(system.config).send(
      new InvokeCommand({ FunctionName, Payload: '{"query":"later"}' }),
    );
    expect(await following).toContain('answered later');
  }
  expect(commands.length).toBeGreaterThan(0);
  // The command takes seconds to start.
}, 300_000);
