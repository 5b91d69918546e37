import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { expect, test, vi } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { listen } from '#local/process/listen.ts';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const buffered = { InvokeMode: 'BUFFERED' };

/** Returns the processes of the function environments of a host. */
function processesIn(folder: string): readonly string[] {
  const listed = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(`${folder}/data/runtime`));
}

test('closing while environments start leaves no process behind', async () => {
  const system = await hostResources(functionWithUrl('Echo', { handler: 'echo', url: buffered }));
  const url = system.state.functions['Echo']?.url ?? '';
  const requests = Array.from({ length: 5 }, () => fetch(url).catch(() => undefined));
  await expect.poll(() => processesIn(system.folder).length).toBeGreaterThan(0);
  await system.close();
  await Promise.all(requests);
  expect(processesIn(system.folder)).toEqual([]);
});

test('a function whose folder is missing returns 502, and the others still work', async () => {
  const missing = await mkdtemp(join(tmpdir(), 'streambed-'));
  const more = { Code: { S3Key: 'missing' } };
  const system = await hostResources(
    {
      ...functionWithUrl('Missing', { handler: 'echo', url: buffered, more }),
      ...functionWithUrl('Echo', { handler: 'echo', url: buffered }),
    },
    { missing },
  );
  await rm(missing, { recursive: true });
  expect((await fetch(system.state.functions['Missing']?.url ?? '')).status).toBe(502);
  expect((await fetch(system.state.functions['Echo']?.url ?? '')).status).toBe(200);
  await system.close();
});

test('a port in use is named in the error, and the other ports close again', async () => {
  const taken = http.createServer();
  // Below the ports that the system assigns itself, so that no other program uses them.
  const gatewayPort = 20_000 + (process.pid % 100) * 100;
  const port = await listen(taken, { port: gatewayPort + 36, option: 'none' });
  const resources = {
    ...functionWithUrl('First', { handler: 'echo' }),
    ...functionWithUrl('Second', { handler: 'echo' }),
  };
  await expect(hostResources(resources, {}, { port: gatewayPort })).rejects.toThrow(
    `Port ${port} is taken`,
  );
  await expect(fetch(`http://127.0.0.1:${port - 1}`)).rejects.toThrow('fetch failed');
  taken.close();
});

test('a failed start closes its ports and releases its data directory', async () => {
  const data = await mkdtemp(join(tmpdir(), 'streambed-'));
  const port = 20_000 + (process.pid % 100) * 100;
  const endpoints = { sqs: 'https://sqs.us-east-1.amazonaws.com' };
  const resources = functionWithUrl('Echo', { handler: 'echo' });
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(hostResources(resources, {}, { data, port, endpoints })).rejects.toThrow(
    '--endpoint sqs: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
  vi.unstubAllEnvs();
  const system = await hostResources(resources, {}, { data, port });
  expect((await fetch(system.state.functions['Echo']?.url ?? '')).status).toBe(200);
  await system.close();
});

test('closing ends ports before functions, and releases services and data after them', async () => {
  const system = await hostResources(functionWithUrl('Echo', { handler: 'echo' }));
  const url = system.state.functions['Echo']?.url ?? '';
  const lock = join(system.folder, 'data/in-use-by');
  const readState = async (): Promise<object> => ({
    port: await isUp(url),
    gateway: await isUp(system.state.endpoints.aws),
    lock: existsSync(lock),
  });
  expect(await readState()).toEqual({ port: true, gateway: true, lock: true });
  const host = system.functionHost('Echo');
  const close = host.close.bind(host);
  let duringClose = {};
  vi.spyOn(host, 'close').mockImplementation(async () => {
    duringClose = await readState();
    await close();
  });
  await system.close();
  expect(duringClose).toEqual({ port: false, gateway: true, lock: true });
  expect(await readState()).toEqual({ port: false, gateway: false, lock: false });
});

function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

test('an error names a property that CloudFormation would refuse', async () => {
  const file = {
    Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: 'x', AuthType: 'MAYBE' } },
  };
  await expect(hostResources(file)).rejects.toThrow('Url.AuthType: must be NONE or AWS_IAM');
});

test('the local Bedrock accepts only the credentials and API keys of its system', async () => {
  const system = await hostResources(functionWithUrl('Echo', { handler: 'echo' }));
  const { bedrock, credentials, endpoints, region } = system.state;
  const converse = (change: BedrockRuntimeClientConfig): Promise<unknown> => {
    const client = new BedrockRuntimeClient({
      endpoint: endpoints.aws,
      region,
      maxAttempts: 1,
      ...change,
    });
    const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
    return client.send(new ConverseCommand({ modelId: 'amazon.nova-lite-v1:0', messages }));
  };
  await expect(converse({ credentials })).resolves.toBeDefined();
  const [key = ''] = bedrock.apiKeys;
  const byKey = { authSchemePreference: ['httpBearerAuth'] };
  await expect(converse({ ...byKey, token: { token: key } })).resolves.toBeDefined();
  await expect(converse({ ...byKey, token: { token: 'any' } })).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  const wrong = { ...credentials, secretAccessKey: 'wrong' };
  await expect(converse({ credentials: wrong })).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  await system.close();
});

test('a system without work does not move a clock that moves with its sleepers', async () => {
  const clock = createVirtualClock();
  const table = {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    TimeToLiveSpecification: { AttributeName: 'at', Enabled: true },
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  };
  const resources = {
    Table: { Type: 'AWS::DynamoDB::Table', Properties: table },
    Queue: { Type: 'AWS::SQS::Queue' },
    Topic: { Type: 'AWS::SNS::Topic' },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } },
    ...functionWithUrl('Echo', { handler: 'echo', url: buffered }),
  };
  const system = await hostResources(resources, {}, { clock });
  const startedAt = clock.now();
  for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
  expect(clock.now()).toBe(startedAt);
  await system.close();
});
