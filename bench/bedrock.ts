import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buffer } from 'node:stream/consumers';

/*
 * The local Bedrock under load: how exactly many paced streams keep their pace, and how much CPU and
 * time a token takes, compared with a server that only replays the same bytes. And how long it takes to
 * start. `--peer DIR` compares it with another version, whose checkout is in that folder.
 */

const { values } = parseArgs({ options: { peer: { type: 'string' } } });
const own = join(import.meta.dirname, '..');

const streams = 200;
const tokensPerSecond = 40;
const rounds = 7;
const model = 'amazon.nova-lite-v1:0';

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(name: string, args: readonly string[], folder: string = own): Promise<Server> {
  const child = fork(join(folder, 'bench', 'bedrock', 'server.ts'), args, { cwd: folder });
  const { port } = await nextMessage(child);
  return { name, child, port: Number(port) };
}

async function nextMessage(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  const [message] = await once(child, 'message');
  return message;
}

async function readCpuMs({ child }: Server): Promise<number> {
  child.send('cpu');
  const { cpuMs } = await nextMessage(child);
  return Number(cpuMs);
}

const agent = new http.Agent({ keepAlive: true });

function requestStream(port: number, tokens: number): Promise<http.IncomingMessage> {
  const body = JSON.stringify({
    messages: [{ role: 'user', content: [{ text: `Write ${tokens * 2} tokens about rivers` }] }],
    inferenceConfig: { maxTokens: tokens },
  });
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const path = `/model/${model}/converse-stream`;
  const headers = { authorization: 'Bearer any' };
  const request = http.request(
    { port, host: '127.0.0.1', path, method: 'POST', agent, headers },
    resolve,
  );
  request.once('error', reject);
  request.end(body);
  return promise;
}

/**
 * Returns how far the duration of a stream is from the expected one, as a share of it, and the gaps
 * between tokens as multiples of the expected gap.
 */
async function measurePace(
  port: number,
  tokens: number,
): Promise<{ total: number; gaps: readonly number[] }> {
  const response = await requestStream(port, tokens);
  let first = 0;
  let last = 0;
  const gaps: number[] = [];
  for await (const _ of response) {
    const now = performance.now();
    if (first === 0) first = now;
    else gaps.push((now - last) * (tokensPerSecond / 1_000));
    last = now;
  }
  const expected = ((tokens - 1) * 1_000) / tokensPerSecond;
  return { total: Math.abs(last - first - expected) / expected, gaps };
}

async function reportPace(): Promise<void> {
  const server = await start('bedrock', ['bedrock', String(tokensPerSecond)]);
  await (await requestStream(server.port, 10)).toArray();
  const cpuBefore = await readCpuMs(server);
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: streams }, () => measurePace(server.port, 200)),
  );
  const elapsed = performance.now() - startedAt;
  const busy = (await readCpuMs(server)) - cpuBefore;
  server.child.kill();
  const totals = results.map(({ total }) => total).toSorted((a, b) => a - b);
  const gaps = results.flatMap((result) => result.gaps).toSorted((a, b) => a - b);
  console.log(`${streams} streams of 200 tokens at ${tokensPerSecond} tokens per second`);
  console.log(
    `  error of a stream's duration: median ${percent(at(totals, 0.5))}, maximum ${percent(at(totals, 1))}`,
  );
  console.log(
    `  gap ÷ expected gap: p5 ${at(gaps, 0.05).toFixed(2)}, median ${at(gaps, 0.5).toFixed(2)}, p95 ${at(gaps, 0.95).toFixed(2)}`,
  );
  console.log(`  server CPU: ${percent(busy / elapsed)} of one core\n`);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Returns CPU and wall time per token, in microseconds. */
async function measure(server: Server, tokens: number): Promise<{ cpu: number; wall: number }> {
  const answers = 8;
  const cpuBefore = await readCpuMs(server);
  const startedAt = performance.now();
  for (let count = 0; count < answers; count += 2) {
    const pair = [requestStream(server.port, tokens), requestStream(server.port, tokens)];
    for (const response of await Promise.all(pair)) await drain(response);
  }
  const wall = ((performance.now() - startedAt) * 1_000) / (answers * tokens);
  const cpu = (((await readCpuMs(server)) - cpuBefore) * 1_000) / (answers * tokens);
  return { cpu, wall };
}

async function drain(response: http.IncomingMessage): Promise<void> {
  response.resume();
  await once(response, 'end');
}

async function reportThroughput(): Promise<void> {
  const tokens = 10_000;
  const bedrock = await start('local Bedrock', ['bedrock']);
  const bytes = await buffer(await requestStream(bedrock.port, tokens));
  const whole = await start('replay, all at once', ['replay']);
  const framed = await start('replay, frame by frame', ['frames']);
  for (const [server, frames] of [
    [whole, [bytes]],
    [framed, splitFrames(bytes)],
  ] as const) {
    server.child.send(frames.map((frame) => frame.toString('base64')));
    await nextMessage(server.child);
  }
  const peers =
    values.peer === undefined ? [] : [await start('the peer', ['bedrock'], values.peer)];
  const servers = [bedrock, framed, whole, ...peers];
  for (const server of servers) await measure(server, tokens);
  const results = new Map(
    servers.map(({ name }) => [name, { cpu: [] as number[], wall: [] as number[] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) {
      const { cpu, wall } = await measure(server, tokens);
      results.get(server.name)?.cpu.push(cpu);
      results.get(server.name)?.wall.push(wall);
    }
  }
  for (const { child } of servers) child.kill();
  console.log(
    `${tokens} tokens without delays, ${(bytes.length / 1e6).toFixed(1)} MB, median of ${rounds}`,
  );
  const base = median(results.get(bedrock.name)?.cpu ?? []);
  const wallBase = median(results.get(bedrock.name)?.wall ?? []);
  for (const [name, { cpu, wall }] of results) {
    const [cpuUs, wallUs] = [median(cpu), median(wall)];
    console.log(
      `  ${name.padEnd(24)} ${cpuUs.toFixed(2)} µs of CPU per token, ${Math.round(1e6 / wallUs).toLocaleString('en')} tokens per second` +
        (name === bedrock.name
          ? ''
          : `; local Bedrock takes ${(base / cpuUs).toFixed(2)}× the CPU, ${(wallBase / wallUs).toFixed(2)}× the time`),
    );
  }
}

/** Splits a stream into its frames. Each begins with its length. */
function splitFrames(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += bytes.readUInt32BE(from)) {
    frames.push(bytes.subarray(from, from + bytes.readUInt32BE(from)));
  }
  return frames;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** The command of `npm run bedrock` in a folder. */
async function commandIn(folder: string): Promise<readonly string[]> {
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return String(scripts.bedrock)
    .replace(/^node /u, '')
    .split(' ');
}

/** Returns the milliseconds from the start of `npm run bedrock` to the first answered request. */
async function measureStart(folder: string, port: number): Promise<number> {
  const startedAt = performance.now();
  const args = [...(await commandIn(folder)), '--port', String(port), '--ttft', '0', '--quiet'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  for (;;) {
    try {
      await drain(await requestStream(port, 1));
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  const tookMs = performance.now() - startedAt;
  const hasEnded = once(child, 'exit');
  child.kill();
  await hasEnded;
  return tookMs;
}

async function reportStart(): Promise<void> {
  const folders = [own, ...(values.peer === undefined ? [] : [values.peer])];
  // The first start of all fills the cache of compiled code.
  for (const [index, folder] of folders.entries()) await measureStart(folder, 45_660 + index);
  const results: number[][] = folders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, folder] of folders.entries()) {
      results[index]?.push(await measureStart(folder, 45_660 + index));
    }
  }
  const [ms = Number.NaN, peerMs] = results.map(median);
  const ratio = peerMs === undefined ? '' : `; ${(ms / peerMs).toFixed(2)}× that of the peer`;
  console.log(`\nstart to the first answered request: ${ms.toFixed(0)} ms${ratio}`);
}

await reportPace();
await reportThroughput();
await reportStart();
agent.destroy();
