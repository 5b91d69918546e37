import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { startCollector } from '#test/fixtures/collector.ts';
import { newDataDirectory } from '#test/fixtures/system.ts';

interface StartCommand {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly state: string;
  readonly data: string;
}

async function start(...args: readonly string[]): Promise<StartCommand> {
  const data = await newDataDirectory();
  const state = join(data, 'state.json');
  const options = ['--port', '0', '--web-port', '0', '--state', state, '--data', data, ...args];
  const child = spawn(process.execPath, ['scripts/start.ts', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => lines.push(line));
  }
  return { child, lines, state, data };
}

/** Starts a turn with the printed curl command. */
function startTurn(lines: readonly string[]): Promise<Response> {
  const curl = lines.find((line) => line.includes('curl -N')) ?? '';
  const [, url = '', key = '', body = ''] =
    /curl -N (\S+) -H 'x-api-key: ([^']+)' -H 'content-type: application\/json' -d '([^']+)'/u.exec(
      curl,
    ) ?? [];
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body });
}

/** Sends SIGINT to the process group, as a terminal does on Ctrl-C. */
function pressCtrlC({ pid = 0 }: ChildProcess): void {
  process.kill(-pid, 'SIGINT');
}

/** Lists the processes of execution environments, which run a file of the data directory. */
function environmentsOf(data: string): readonly string[] {
  const listed = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes(join(data, 'runtime')));
}

/** Expects that the trace of a turn can be read from the system, which asks for a signature. */
async function expectTrace(state: string, turn: string): Promise<void> {
  const { credentials, region, endpoints } = JSON.parse(readFileSync(state, 'utf8'));
  const client = new AwsClient({ ...credentials, region, service: 'bedrock', retries: 0 });
  const traces = `${endpoints.aws}/_streambed/traces`;
  const read = async (query: string): Promise<unknown> => {
    return (await client.fetch(`${traces}?${query}`)).json();
  };
  const chat = expect.objectContaining({ name: expect.stringMatching(/^chat /u), kind: 'client' });
  const spans = expect.arrayContaining([chat]);
  await expect
    .poll(() => read(`turn=${turn}&limit=1`))
    .toEqual({ traces: [expect.objectContaining({ spans })] });
  expect(await read('turn=none')).toEqual({ traces: [] });
  expect(await read('limit=0')).toMatchObject({ error: expect.stringContaining('limit: must') });
  expect(await read('owner=ada')).toMatchObject({
    error: expect.stringContaining('owner: is not'),
  });
  expect((await fetch(traces)).status).toBe(403);
}

test('npm start prints a working curl command, serves the page, and stops everything on SIGINT', async () => {
  const collector = await startCollector();
  const { child, lines, state, data } = await start('--otlp', collector.url);
  await expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toContain('curl -N');
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([]);
  const { web, endpoints } = JSON.parse(readFileSync(state, 'utf8'));
  const answer = await startTurn(lines);
  const chunks = await Array.fromAsync(answer.body ?? []);
  expect(chunks.length).toBeGreaterThan(3);
  expect(Buffer.concat(chunks).toString('utf8')).toContain('Simulated answer');
  const turn = answer.headers.get('x-streambed-turn-id') ?? '';
  await expectTrace(state, turn);
  await expect.poll(() => JSON.stringify(collector.spans())).toContain(turn);
  await collector.close();
  expect((await fetch(`${web}/chat`)).status).toBe(200);
  expect(environmentsOf(data).length).toBeGreaterThan(0);
  child.kill('SIGINT');
  await once(child, 'exit');
  expect(existsSync(state)).toBe(false);
  await expect(fetch(web)).rejects.toThrow('fetch failed');
  await expect(fetch(endpoints.aws)).rejects.toThrow('fetch failed');
  expect(environmentsOf(data)).toEqual([]);
});

test('Ctrl-C waits for a streaming turn to end', async () => {
  const { child, lines, data } = await start();
  await expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toContain('curl -N');
  const answer = await startTurn(lines);
  const exited = once(child, 'exit');
  pressCtrlC(child);
  await expect.poll(() => lines.join('\n')).toMatch(/Stopping: waiting for \d running function/u);
  expect(await answer.text()).toContain('Simulated answer');
  expect(await exited).toEqual([0, null]);
  expect(environmentsOf(data)).toEqual([]);
});

test('a second Ctrl-C stops the page and every environment at once', async () => {
  const { child, lines, state, data } = await start();
  await expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toContain('curl -N');
  const { web } = JSON.parse(readFileSync(state, 'utf8'));
  const answer = await startTurn(lines);
  pressCtrlC(child);
  await expect.poll(() => lines.join('\n')).toContain('Stopping');
  // Signals within 500 ms count once.
  await expect
    .poll(
      () => {
        if (child.exitCode === null) pressCtrlC(child);
        return child.exitCode;
      },
      { interval: 1_000 },
    )
    .toBe(130);
  await expect(answer.text()).rejects.toThrow('terminated');
  await expect(fetch(web)).rejects.toThrow('fetch failed');
  await expect.poll(() => environmentsOf(data)).toEqual([]);
  expect(existsSync(state)).toBe(false);
});

test('the page stops when npm start is killed', async () => {
  const { child, lines, state } = await start();
  await expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toContain('Ready.');
  const { web } = JSON.parse(readFileSync(state, 'utf8'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const answers = (): Promise<boolean> =>
    fetch(web).then(
      () => true,
      () => false,
    );
  await expect.poll(answers, { timeout: 10_000 }).toBe(false);
});

test('an error names a port in use and the option that changes it', async () => {
  const first = await start();
  await expect.poll(() => first.lines.join('\n'), { timeout: 60_000 }).toContain('Ready.');
  const { web, endpoints } = JSON.parse(readFileSync(first.state, 'utf8'));
  for (const [option, url] of [
    ['--port', endpoints.aws],
    ['--web-port', web],
  ]) {
    const { port } = new URL(url);
    const second = await start(option, port);
    const [code] = await once(second.child, 'exit');
    expect(code).toBe(1);
    expect(second.lines.join('\n')).toContain(
      `Port ${port} is taken. Choose another with ${option}`,
    );
  }
  first.child.kill('SIGTERM');
  await once(first.child, 'exit');
});

test.each([
  ['--port', 'many', '--port: must be a whole number, not "many"'],
  ['--otlp', 'collector:4318', '--otlp: must be the http or https URL of an OTLP collector'],
])('an error names the option %s with an invalid value', async (option, value, message) => {
  const { child, lines } = await start(option, value);
  await once(child, 'exit');
  expect(lines.join('\n')).toContain(message);
});
