import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

/** Streams its process ids, and ends its response when the file `release` exists. */
const source = `
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export const wait = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('begin ');
  while (!existsSync(process.env.RELEASE)) await new Promise((resolve) => setTimeout(resolve, 20));
  stream.end('end');
});

/** Starts a child process and then blocks its event loop. */
export const spin = awslambda.streamifyResponse((event, stream) => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  stream.write(process.pid + ' ' + child.pid + '\\n', () => {
    for (;;);
  });
  return new Promise(() => undefined);
});
`;

const functionText = (name: string): string => `
  ${name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.${name.toLowerCase()}
      Runtime: nodejs24.x
      Timeout: 60
      Environment: { Variables: { RELEASE: !Ref Release } }
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }`;

const template = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Release: { Type: String }
Resources:${functionText('Wait')}${functionText('Spin')}
`;

interface Command {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** The exit code and the signal. */
  readonly exited: Promise<readonly unknown[]>;
}

/** Starts a command, and resolves when a line of its output matches. */
async function startCommand(
  [command = '', ...args]: readonly string[],
  ready: RegExp,
): Promise<Command> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const exited = once(child, 'exit');
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines.join('\n')).toMatch(ready);
  return { child, lines, exited };
}

interface HostCommand extends Command {
  readonly urls: { readonly wait: string; readonly spin: string };
  /** Lets the function `Wait` end. */
  release(): Promise<void>;
}

async function startHost(...runner: readonly string[]): Promise<HostCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const [state, file, release] = [
    join(folder, 'state.json'),
    join(folder, 'template.yaml'),
    join(folder, 'release'),
  ];
  await writeFile(file, template);
  await writeFile(join(folder, 'index.mjs'), source);
  const options = ['--port', '0', '--state', state, '--data', join(folder, 'data')];
  const command = await startCommand(
    [...runner, file, ...options, '--parameter', `Release=${release}`],
    /^Ready\./mu,
  );
  const { functions } = JSON.parse(await readFile(state, 'utf8'));
  return {
    ...command,
    urls: { wait: functions.Wait.url, spin: functions.Spin.url },
    release: () => writeFile(release, ''),
  };
}

/** Like a terminal, which sends Ctrl-C to every process in the foreground. */
function signalGroup({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(-pid, signal);
}

/** Sends a signal every second until the command has ended, as signals within 500 ms count once. */
async function signalUntilExit(
  { child, exited }: Command,
  send: () => unknown,
): Promise<readonly unknown[]> {
  await expect
    .poll(
      () => {
        const hasEnded = child.exitCode !== null || child.signalCode !== null;
        if (!hasEnded) send();
        return hasEnded;
      },
      { interval: 1_000 },
    )
    .toBe(true);
  return exited;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const node = [process.execPath, 'local/main.ts'];
/** Bash replaces itself with the host, which then receives what npm forwards. */
const npm = ['npm', 'run', '--silent', '--script-shell=bash', 'local', '--'];

const waiting =
  'Stopping: waiting for 1 running function to finish. Press Ctrl-C again to stop at once.';

test.each(['SIGINT', 'SIGTERM'] as const)(
  'after %s the host waits for running functions and reports this once',
  async (signal) => {
    const host = await startHost(...node);
    const response = await fetch(host.urls.wait);
    host.child.kill(signal);
    await expect.poll(() => host.lines).toContain(waiting);
    await host.release();
    expect(await response.text()).toBe('begin end');
    expect(await host.exited).toEqual([0, null]);
    expect(host.lines.filter((line) => line.startsWith('Stopping'))).toEqual([waiting]);
  },
);

test('an idle host exits without reporting that it waits', async () => {
  const host = await startHost(...node);
  host.child.kill('SIGINT');
  expect(await host.exited).toEqual([0, null]);
  expect(host.lines.join('\n')).not.toContain('Stopping');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'a second %s ends the host and all its child processes at once',
  async (signal, code) => {
    const host = await startHost(...node);
    const response = await fetch(host.urls.spin);
    const { value } = (await response.body?.getReader().read()) ?? {};
    const pids = Buffer.from(value ?? [])
      .toString('utf8')
      .trim()
      .split(' ')
      .map(Number);
    expect(pids.map(isRunning)).toEqual([true, true]);
    host.child.kill(signal);
    await expect.poll(() => host.lines).toContain(waiting);
    expect(await signalUntilExit(host, () => host.child.kill(signal))).toEqual([code, null]);
    await expect.poll(() => pids.map(isRunning)).toEqual([false, false]);
  },
);

test('under npm, one Ctrl-C waits although npm forwards the signal a second time', async () => {
  const host = await startHost(...npm);
  const response = await fetch(host.urls.wait);
  signalGroup(host.child, 'SIGINT');
  await expect.poll(() => host.lines).toContain(waiting);
  await host.release();
  expect(await response.text()).toBe('begin end');
  await host.exited;
});

test('under npm, a second Ctrl-C ends the host at once', async () => {
  const host = await startHost(...npm);
  const response = await fetch(host.urls.wait);
  signalGroup(host.child, 'SIGINT');
  await expect.poll(() => host.lines).toContain(waiting);
  await signalUntilExit(host, () => signalGroup(host.child, 'SIGINT'));
  await expect(response.text()).rejects.toThrow('terminated');
  await expect(fetch(host.urls.wait)).rejects.toThrow('fetch failed');
});

/** Starts the local Bedrock and a response that takes some time. */
async function startBedrock(): Promise<Command & { readonly response: Response }> {
  const options = ['--port', '0', '--ttft', '0', '--tokens-per-second', '40'];
  const command = await startCommand(
    [process.execPath, 'local/bedrock/main.ts', ...options],
    /Bedrock is ready/u,
  );
  const [, url] = /ENDPOINT_URL_BEDROCK_RUNTIME=(\S+)/u.exec(command.lines.join('\n')) ?? [];
  const body = { messages: [{ role: 'user', content: [{ text: 'Write 60 words about rivers' }] }] };
  const response = await fetch(`${url}/model/amazon.nova-lite-v1:0/converse-stream`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify(body),
  });
  return { ...command, response };
}

const waitingForResponse =
  'Stopping: waiting for 1 response to finish. Press Ctrl-C again to stop at once.';

test('after SIGINT the Bedrock command finishes its open streams', async () => {
  const bedrock = await startBedrock();
  bedrock.child.kill('SIGINT');
  await expect.poll(() => bedrock.lines).toContain(waitingForResponse);
  expect(await bedrock.response.text()).toContain('messageStop');
  expect(await bedrock.exited).toEqual([0, null]);
});

test('a second SIGINT ends the Bedrock command at once', async () => {
  const bedrock = await startBedrock();
  bedrock.child.kill('SIGINT');
  await expect.poll(() => bedrock.lines).toContain(waitingForResponse);
  expect(await signalUntilExit(bedrock, () => bedrock.child.kill('SIGINT'))).toEqual([130, null]);
  await expect(bedrock.response.text()).rejects.toThrow('terminated');
});
