import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal, type LocalSystem } from '#local/host/host.ts';
import { publicAccess } from '#test/fixtures/public-url.ts';
import { peakMemoryMb } from '#local/lambda/environment/peak-memory.ts';

/*
 * What the local Lambda costs, compared with a bare `node:http` server that does the same work in a
 * separate process, in the same run. Memory is read from /proc, so it needs Linux.
 */

const coldCalls = 20;
const warmCalls = 500;
const burstCalls = 32;

const folder = await mkdtemp(join(tmpdir(), 'streambed-bench-'));
const system = await host(await writeTemplate('bench', twoFunctions()));
try {
  await report();
} finally {
  await system.close();
}

async function report(): Promise<void> {
  const startedAt = performance.now();
  const bare = await startBare();
  const bareStartMs = performance.now() - startedAt;
  const bareUrl = `http://127.0.0.1:${bare.port}`;
  const [echo = '', pour = ''] = ['Echo', 'Pour'].map(
    (name) => system.state.functions[name]?.url ?? '',
  );
  const coldMs = await coldStarts(echo);
  const [lambdaMs = [], bareMs = []] = await alternate([echo, `${bareUrl}/echo`], warmCalls);
  const burstMs = await measureBurst(echo);
  const bareBurstMs = await measureBareBurst();
  const lambdaRate = await megabytesPerSecond(pour);
  const bareRate = await megabytesPerSecond(`${bareUrl}/pour`);
  const environmentMb = Math.max(...system.functionHost('Pour').pids().map(peakMemoryMb));
  print([
    ['warm call p50, ms', at(lambdaMs, 0.5), at(bareMs, 0.5)],
    ['warm call p99, ms', at(lambdaMs, 0.99), at(bareMs, 0.99)],
    ['cold call p50, ms (bare: process start)', at(coldMs, 0.5), bareStartMs],
    ['cold call p99, ms', at(coldMs, 0.99), bareStartMs],
    [`burst of ${burstCalls} cold calls, ms (bare: ${burstCalls} processes)`, burstMs, bareBurstMs],
    ['streaming, MB/s', lambdaRate, bareRate],
    ['peak memory of an environment, MB', environmentMb, peakMemoryMb(bare.child.pid ?? 0)],
  ]);
  bare.child.kill();
  console.log(`\na template with 50 resources starts in ${(await loadTemplate()).toFixed(0)} ms`);
}

type Row = readonly [name: string, lambda: number, bare: number];

function print(rows: readonly Row[]): void {
  console.log(
    `\n${''.padEnd(52)}${'Lambda'.padStart(10)}${'bare'.padStart(10)}${'ratio'.padStart(8)}`,
  );
  for (const [name, lambda, bare] of rows) {
    const figures = [lambda, bare, lambda / bare].map((value) => value.toFixed(2));
    console.log(
      `${name.padEnd(52)}${figures[0]?.padStart(10)}${figures[1]?.padStart(10)}${figures[2]?.padStart(8)}`,
    );
  }
}

async function callMs(url: string): Promise<number> {
  const startedAt = performance.now();
  await (
    await fetch(url, {
      method: 'POST',
      body: '{"n":1}',
      headers: { 'content-type': 'application/json' },
    })
  ).text();
  return performance.now() - startedAt;
}

/** Measures calls that each start a new environment. */
async function coldStarts(url: string): Promise<readonly number[]> {
  const figures: number[] = [];
  for (let count = 0; count < coldCalls; count += 1) {
    system.functionHost('Echo').reload();
    figures.push(await callMs(url));
  }
  return figures;
}

/** Measures the same call to each URL alternately, after 50 warm-up calls. */
async function alternate(
  urls: readonly string[],
  times: number,
): Promise<readonly (readonly number[])[]> {
  const figures = urls.map((): number[] => []);
  for (let round = -50; round < times; round += 1) {
    for (const [index, url] of urls.entries()) {
      const ms = await callMs(url);
      if (round >= 0) figures[index]?.push(ms);
    }
  }
  return figures;
}

async function measureBurst(url: string): Promise<number> {
  system.functionHost('Echo').reload();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: burstCalls }, () => callMs(url)));
  return performance.now() - startedAt;
}

async function measureBareBurst(): Promise<number> {
  const startedAt = performance.now();
  const all = await Promise.all(Array.from({ length: burstCalls }, startBare));
  await Promise.all(all.map(({ port }) => callMs(`http://127.0.0.1:${port}/echo`)));
  const ms = performance.now() - startedAt;
  for (const { child } of all) child.kill();
  return ms;
}

async function megabytesPerSecond(url: string): Promise<number> {
  const startedAt = performance.now();
  let bytes = 0;
  for await (const chunk of (await fetch(url)).body ?? []) bytes += chunk.length;
  return bytes / (1024 * 1024) / ((performance.now() - startedAt) / 1000);
}

interface BareServer {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startBare(): Promise<BareServer> {
  const child = fork(join(import.meta.dirname, 'host', 'bare-server.mjs'));
  const [port] = await once(child, 'message');
  return { child, port: Number(port) };
}

function at(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function loadTemplate(): Promise<number> {
  const template = await writeTemplate('fifty', fiftyResources());
  const startedAt = performance.now();
  const loaded = await host(template);
  const ms = performance.now() - startedAt;
  await loaded.close();
  return ms;
}

async function writeTemplate(name: string, Resources: object): Promise<string> {
  const file = join(folder, `${name}.template.json`);
  await writeFile(file, JSON.stringify({ Resources }));
  const path = join(import.meta.dirname, 'host', 'code');
  const files = { code: { source: { path }, destinations: { here: { objectKey: 'code' } } } };
  await writeFile(join(folder, `${name}.assets.json`), JSON.stringify({ files }));
  return file;
}

function host(template: string): Promise<LocalSystem> {
  return startLocal({
    template,
    port: 0,
    data: join(folder, `${template.split('/').at(-1)}.data`),
    bedrock: { pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 } },
    log: () => undefined,
  });
}

function functionAndUrl(name: string, handler: string, InvokeMode: string): object {
  const code = { Code: { S3Key: 'code' }, Handler: `index.${handler}`, Runtime: 'nodejs24.x' };
  return {
    [name]: { Type: 'AWS::Lambda::Function', Properties: { ...code, Timeout: 60 } },
    [`${name}Url`]: {
      Type: 'AWS::Lambda::Url',
      Properties: {
        TargetFunctionArn: { 'Fn::GetAtt': [name, 'Arn'] },
        AuthType: 'NONE',
        InvokeMode,
      },
    },
    ...publicAccess(name),
  };
}

function twoFunctions(): object {
  return {
    ...functionAndUrl('Echo', 'echo', 'BUFFERED'),
    ...functionAndUrl('Pour', 'pour', 'RESPONSE_STREAM'),
  };
}

function fiftyResources(): object {
  const resources: object[] = Array.from({ length: 10 }, (_, index) => ({
    ...functionAndUrl(`Function${index}`, 'echo', 'BUFFERED'),
    [`Queue${index}`]: { Type: 'AWS::SQS::Queue' },
    [`Bucket${index}`]: { Type: 'AWS::S3::Bucket' },
    [`Table${index}`]: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    },
  }));
  return Object.fromEntries(resources.flatMap((some) => Object.entries(some)));
}
