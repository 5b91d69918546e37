import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineStack } from '#scripts/doctor/examine.ts';
import type { Finding } from '#scripts/doctor/finding.ts';
import { faultyModels, hostFaultyStack } from '#test/fixtures/faulty-stack.ts';
import type { HostedTemplate } from '#test/fixtures/host-template.ts';

/*
 * The deployed stack with more than twenty faults, each made by a call or in its template. The
 * journey about the README expects that nothing is wrong with the stack as it is.
 */

let system: HostedTemplate;
let findings: readonly Finding[];

const aheadMs = 10 * 60_000;

const examine = (stack = 'Streambed'): Promise<readonly Finding[]> =>
  examineStack({ stack, account: system.config, now: () => Date.now() + aheadMs });

beforeAll(async () => {
  system = await hostFaultyStack();
  findings = await examine();
});

afterAll(() => system.close());

type Fault = readonly [
  check: string,
  severity: Finding['severity'],
  resource: string,
  message: string,
  fix: string,
];

const { withoutAccess, missing, legacy, bare, elsewhere } = faultyModels;

const faults: readonly Fault[] = [
  ['clock', 'error', 'this machine', '10 minutes ahead of AWS', 'timedatectl'],
  ['concurrency', 'error', 'Streambed', 'runs 30 functions at once', 'L-B99A9384'],
  ['model-access', 'error', withoutAccess, 'no access to it in us-east-1', 'Bedrock console'],
  ['model', 'error', missing, 'ChatBufferedFunction may call it', '-c models='],
  ['model-end-of-life', 'warning', legacy, 'is a legacy model', 'a newer model'],
  ['model-profile', 'error', bare, 'needs an inference profile', `us.${bare}`],
  [
    'model-profile',
    'error',
    elsewhere,
    'no such inference profile',
    'us.anthropic.claude-sonnet-4-5',
  ],
  ['url-access', 'error', 'InvokeFunction', 'open to everybody', '--auth-type AWS_IAM'],
  ['policy-access', 'error', 'LangChainFunction', 'Principal *', 'remove-permission'],
  [
    'url-permissions',
    'error',
    'ChatFunction',
    'everybody needs lambda:InvokeFunction',
    '--invoked-via-function-url',
  ],
  ['invoke-mode', 'error', 'ConversationStreamFunction', 'BUFFERED', 'RESPONSE_STREAM'],
  ['cors', 'error', 'ConversationsFunction', 'http://localhost:3000', '-c allowedOrigins='],
  ['function-timeout', 'error', 'InvokeFunction', 'ends after 60 s', '--timeout 137'],
  ['runtime', 'warning', 'OpenApiFunction', 'nodejs20.x', 'nodejs24.x'],
  ['empty-variable', 'error', 'ExtractTextFunction', 'DOCUMENTS_BUCKET is empty', 'Deploy'],
  ['log-retention', 'warning', 'AuthorizerFunction', 'forever', '--retention-in-days 30'],
  ['route-timeout', 'error', 'POST /chat/stream', '504 after 60 s', 'timeout of the function'],
  ['route-timeout', 'error', 'POST /v1/chat/completions', '504 after 29 s', 'timeout'],
  ['route-mode', 'error', 'POST /v1/chat/completions', 'BUFFERED', 'STREAM'],
  ['queue-visibility', 'error', 'Tasks', 'handled twice', 'VisibilityTimeout=1800'],
  ['queue-visibility', 'warning', 'Callbacks', '6 times the 30 s', 'VisibilityTimeout=180'],
  ['dead-letters', 'error', 'DeadTasks', '1 message of Tasks', 'start-message-move-task'],
];

test.each(faults)('%s: %s of %s is named with its fix', (check, severity, resource, ...texts) => {
  const [message, fix] = texts;
  const found = findings.filter((each) => each.check === check && each.resource === resource);
  expect(found).toEqual([
    {
      check,
      severity,
      resource,
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    },
  ]);
});

test('nothing else is reported', () => {
  const known = faults.map(([check, , resource]) => `${check} ${resource}`);
  const found = findings.map(({ check, resource }) => `${check} ${resource}`);
  expect(found.toSorted()).toEqual(known.toSorted());
});

test('what may not be read is unknown, with the permission that is missing', async () => {
  const { credentials, endpoints, region } = system.state;
  const signer = new AwsClient({ ...credentials, region, service: 'bedrock', retries: 0 });
  const operation = 'GetFoundationModelAvailability';
  const scenario = { match: { operation }, fail: { type: 'AccessDeniedException' } };
  const url = `${endpoints.aws}/_streambed/scenarios`;
  const added = await signer.fetch(url, { method: 'POST', body: JSON.stringify(scenario) });
  expect(added.status).toBe(200);
  const denied = (await examine()).filter(({ check }) => check === 'model-access');
  expect(denied.map(({ severity }) => severity)).toEqual(denied.map(() => 'unknown'));
  expect(denied).toContainEqual({
    check: 'model-access',
    severity: 'unknown',
    resource: faultyModels.sound,
    message: `not allowed to read it: bedrock:${operation}`,
    fix: `Allow bedrock:${operation} to the caller of this command.`,
  });
});

test('refused credentials are unknown, and the clock is judged all the same', async () => {
  const { config } = system;
  const credentials = { ...config.credentials, secretAccessKey: 'wrong' };
  const now = (): number => Date.now() - aheadMs;
  const account = { ...config, credentials };
  const refused = await examineStack({ stack: 'Streambed', account, now });
  expect(refused).toMatchObject([
    { check: 'clock', message: expect.stringContaining('10 minutes behind AWS') },
    { check: 'concurrency', severity: 'unknown', fix: expect.stringContaining('Sign in to AWS') },
    { check: 'stack', severity: 'unknown' },
  ]);
});

test('a stack that does not exist is an error', async () => {
  expect(await examine('Elsewhere')).toMatchObject([
    { check: 'clock' },
    { check: 'stack', severity: 'error', resource: 'Elsewhere' },
  ]);
});

test('the command prints the faults and exits with 1', async () => {
  const { credentials, endpoints, region } = system.state;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  // The system runs in this process, so the command must not stop it.
  const child = spawn(process.execPath, ['scripts/doctor.mjs', '--stack', 'Streambed'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(printed).toContain('Stack Streambed: ');
  expect(printed).toMatch(/^DeadTasks\n {2}error +dead-letters +1 message of Tasks.*\n +→ /mu);
  expect(code).toBe(1);
});
