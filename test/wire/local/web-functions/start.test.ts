import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { bundleRuntime } from '#local/lambda/environment/write-bootstrap.ts';
import { WebEnvironment } from '#local/web-functions/environment/web-environment.ts';

let bootstrap: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const program = resolve('local/web-functions/runtime/bootstrap.ts');
  bootstrap = pathToFileURL(await bundleRuntime(program, join(folder, 'web.mjs'))).href;
});

interface Started {
  readonly environment: WebEnvironment;
  readonly isReady: boolean;
  readonly lines: readonly Record<string, unknown>[];
}

/** Starts an environment with this code. */
async function start(code: string, initLimitMs = 10_000): Promise<Started> {
  const root = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(root, 'index.js'), code);
  const lines: Record<string, unknown>[] = [];
  const environment = new WebEnvironment({
    bootstrap,
    initLimitMs,
    region: 'us-east-1',
    platform: { AWS_REGION: 'us-east-1' },
    log: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    revision: {
      root,
      key: 'Revision',
      id: 'revision',
      arn: 'arn',
      description: undefined,
      runtime: 'nodejs24.x',
      role: 'role',
      entryPoint: 'index.js',
      object: { bucket: 'code', key: 'app.zip', versionId: undefined },
      environment: {},
      timeoutMs: 30_000,
      maxConcurrency: 64,
      logging: { group: 'group', applicationLevel: 'INFO', systemLevel: 'INFO' },
    },
  });
  return { environment, lines, isReady: await environment.start() };
}

/** Returns the messages of log lines. */
const messages = (lines: Started['lines']): string =>
  lines.map(({ message }) => String(message)).join('\n');

const reportOf = (lines: Started['lines']): unknown =>
  lines.find(({ type }) => type === 'platform.initReport')?.['record'];

const listening = `
  const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(':');
  require('node:http').createServer().listen(port, host);
`;

test.each([
  ['throws while it loads', 'throw new Error("no table");', 'Error: no table'],
  ['is not JavaScript', 'const = ;', 'SyntaxError'],
  ['has nothing to do', '1;', 'exit status 0'],
  ['ends itself', 'process.exit(7);', 'exit status 7'],
  ['lacks a package', 'require("express");', "Cannot find module 'express'"],
])('code that %s does not start, and the log says why', async (_, code, message) => {
  const { isReady, lines } = await start(code);
  expect(isReady).toBe(false);
  await expect.poll(() => messages(lines)).toContain(message);
  expect(reportOf(lines)).toMatchObject({
    status: 'failure',
    errorType: 'Application.InitCodeError',
  });
});

test.each([
  ['at another address', 'require("node:http").createServer().listen(0, "127.0.0.1");'],
  ['nowhere', 'setInterval(() => undefined, 1000);'],
])('a server that listens %s is ended after the limit', async (_, code) => {
  const { environment, isReady, lines } = await start(code, 300);
  expect(isReady).toBe(false);
  expect(messages(lines)).toMatch(/connect ECONNREFUSED 127\.0\.0\.1:\d+/u);
  await environment.exited;
});

test('a server that listens late, but in time, is ready', async () => {
  const { environment, isReady, lines } = await start(`setTimeout(() => {${listening}}, 200);`);
  expect(isReady).toBe(true);
  expect(reportOf(lines)).toMatchObject({ status: 'success' });
  await environment.stop();
});

test('a process has one second after SIGTERM', async () => {
  const quick = `process.on('SIGTERM', () => setTimeout(() => {
    console.log('tidied up'); process.exit();
  }, 100));`;
  const tidy = await start(listening + quick);
  await tidy.environment.stop();
  expect(messages(tidy.lines)).toContain('tidied up');
  const stubborn = await start(`${listening} process.on('SIGTERM', () => undefined);`);
  const startedAt = performance.now();
  await stubborn.environment.stop();
  expect(performance.now() - startedAt).toBeGreaterThan(900);
});
