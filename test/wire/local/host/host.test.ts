import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { listen } from '#local/process/listen.ts';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const buffered = { InvokeMode: 'BUFFERED' };

/** The processes that run a file below a folder. */
function processesIn(folder: string): readonly string[] {
  const listed = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(`${folder}/data/runtime`));
}

test('closing while environments start leaves no process behind', async () => {
  const system = await hostResources(functionWithUrl('Echo', { handler: 'echo', url: buffered }));
  const url = system.state.functions['Echo']?.url ?? '';
  const asked = Array.from({ length: 5 }, () => fetch(url).catch(() => undefined));
  await expect.poll(() => processesIn(system.folder).length).toBeGreaterThan(0);
  await system.close();
  await Promise.all(asked);
  expect(processesIn(system.folder)).toEqual([]);
});

test('a function whose folder is gone is a 502, and the others go on', async () => {
  const gone = await mkdtemp(join(tmpdir(), 'streambed-'));
  const more = { Code: { S3Key: 'gone' } };
  const system = await hostResources(
    {
      ...functionWithUrl('Gone', { handler: 'echo', url: buffered, more }),
      ...functionWithUrl('Echo', { handler: 'echo', url: buffered }),
    },
    { gone },
  );
  await rm(gone, { recursive: true });
  expect((await fetch(system.state.functions['Gone']?.url ?? '')).status).toBe(502);
  expect((await fetch(system.state.functions['Echo']?.url ?? '')).status).toBe(200);
  await system.close();
});

test('a door whose port is taken is named, and the doors before it are closed again', async () => {
  const taken = http.createServer();
  // Below the ports that the system hands out by itself, so that nobody else is near.
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

test('a property that CloudFormation would refuse is named', async () => {
  const file = {
    Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: 'x', AuthType: 'MAYBE' } },
  };
  await expect(hostResources(file)).rejects.toThrow('Url.AuthType: must be NONE or AWS_IAM');
});

test('the Bedrock of a system is strict: its own credentials and keys, and no others', async () => {
  const system = await hostResources(functionWithUrl('Echo', { handler: 'echo' }));
  const { bedrock, credentials, endpoints, region } = system.state;
  const ask = (change: BedrockRuntimeClientConfig): Promise<unknown> => {
    const client = new BedrockRuntimeClient({
      endpoint: endpoints.aws,
      region,
      maxAttempts: 1,
      ...change,
    });
    const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
    return client.send(new ConverseCommand({ modelId: 'amazon.nova-lite-v1:0', messages }));
  };
  await expect(ask({ credentials })).resolves.toBeDefined();
  const [key = ''] = bedrock.apiKeys;
  const byKey = { authSchemePreference: ['httpBearerAuth'] };
  await expect(ask({ ...byKey, token: { token: key } })).resolves.toBeDefined();
  await expect(ask({ ...byKey, token: { token: 'any' } })).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  const wrong = { ...credentials, secretAccessKey: 'wrong' };
  await expect(ask({ credentials: wrong })).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  await system.close();
});
