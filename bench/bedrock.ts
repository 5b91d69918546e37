import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/**
 * The local Bedrock under load: how well many paced streams hold their pace, and what a token costs
 * it beside a server that does nothing but replay the same bytes.
 */

const streams = 200;
const tokensPerSecond = 40;
const rounds = 7;
const model = 'amazon.nova-lite-v1:0';

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(name: string, ...args: readonly string[]): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'bedrock', 'server.ts'), args);
  const { port } = await answerOf(child);
  return { name, child, port: Number(port) };
}

async function answerOf(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  const [message] = await once(child, 'message');
  return message;
}

async function cpuOf({ child }: Server): Promise<number> {
  child.send('cpu');
  const { cpuMs } = await answerOf(child);
  return Number(cpuMs);
}

const agent = new http.Agent({ keepAlive: true });

function ask(port: number, tokens: number): Promise<http.IncomingMessage> {
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

/** How far the time of a stream is from what its pace makes it, as a share of that. */
async function paceError(
  port: number,
  tokens: number,
): Promise<{ total: number; gaps: readonly number[] }> {
  const response = await ask(port, tokens);
  let first = 0;
  let last = 0;
  const gaps: number[] = [];
  for await (const _ of response) {
    const now = performance.now();
    if (first === 0) first = now;
    else gaps.push((now - last) * (tokensPerSecond / 1_000));
    last = now;
  }
  const due = ((tokens - 1) * 1_000) / tokensPerSecond;
  return { total: Math.abs(last - first - due) / due, gaps };
}

async function holdPace(): Promise<void> {
  const server = await start('bedrock', 'bedrock', String(tokensPerSecond));
  await (await ask(server.port, 10)).toArray();
  const cpuBefore = await cpuOf(server);
  const startedAt = performance.now();
  const results = await Promise.all(
    Array.from({ length: streams }, () => paceError(server.port, 200)),
  );
  const elapsed = performance.now() - startedAt;
  const busy = (await cpuOf(server)) - cpuBefore;
  server.child.kill();
  const totals = results.map(({ total }) => total).toSorted((a, b) => a - b);
  const gaps = results.flatMap((result) => result.gaps).toSorted((a, b) => a - b);
  console.log(`${streams} streams of 200 tokens at ${tokensPerSecond} a second`);
  console.log(
    `  a whole stream's time, off by: median ${percent(at(totals, 0.5))}, worst ${percent(at(totals, 1))}`,
  );
  console.log(
    `  a gap, times what it should be: p5 ${at(gaps, 0.05).toFixed(2)}, median ${at(gaps, 0.5).toFixed(2)}, p95 ${at(gaps, 0.95).toFixed(2)}`,
  );
  console.log(`  CPU of the server: ${percent(busy / elapsed)} of one core\n`);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** CPU and wall time per token, in microseconds. */
async function measure(server: Server, tokens: number): Promise<{ cpu: number; wall: number }> {
  const answers = 8;
  const cpuBefore = await cpuOf(server);
  const startedAt = performance.now();
  for (let lane = 0; lane < answers; lane += 2) {
    const pair = [ask(server.port, tokens), ask(server.port, tokens)];
    for (const response of await Promise.all(pair)) await drain(response);
  }
  const wall = ((performance.now() - startedAt) * 1_000) / (answers * tokens);
  const cpu = (((await cpuOf(server)) - cpuBefore) * 1_000) / (answers * tokens);
  return { cpu, wall };
}

async function drain(response: http.IncomingMessage): Promise<void> {
  response.resume();
  await once(response, 'end');
}

async function speakAtOnce(): Promise<void> {
  const tokens = 10_000;
  const bedrock = await start('local Bedrock', 'bedrock');
  const bytes = await buffer(await ask(bedrock.port, tokens));
  const whole = await start('replay, all at once', 'replay');
  const framed = await start('replay, frame by frame', 'frames');
  for (const [server, frames] of [
    [whole, [bytes]],
    [framed, split(bytes)],
  ] as const) {
    server.child.send(frames.map((frame) => frame.toString('base64')));
    await answerOf(server.child);
  }
  const servers = [bedrock, framed, whole];
  for (const server of servers) await measure(server, tokens);
  const seen = new Map(
    servers.map(({ name }) => [name, { cpu: [] as number[], wall: [] as number[] }]),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) {
      const { cpu, wall } = await measure(server, tokens);
      seen.get(server.name)?.cpu.push(cpu);
      seen.get(server.name)?.wall.push(wall);
    }
  }
  for (const { child } of servers) child.kill();
  console.log(
    `${tokens} tokens at once, ${(bytes.length / 1e6).toFixed(1)} MB, median of ${rounds}`,
  );
  const base = median(seen.get(bedrock.name)?.cpu ?? []);
  const wallBase = median(seen.get(bedrock.name)?.wall ?? []);
  for (const [name, { cpu, wall }] of seen) {
    const [cpuUs, wallUs] = [median(cpu), median(wall)];
    console.log(
      `  ${name.padEnd(24)} ${cpuUs.toFixed(2)} µs of CPU a token, ${Math.round(1e6 / wallUs).toLocaleString('en')} tokens a second` +
        (name === bedrock.name
          ? ''
          : `; local Bedrock takes ${(base / cpuUs).toFixed(2)}× the CPU, ${(wallBase / wallUs).toFixed(2)}× the time`),
    );
  }
}

/** The frames of a stream, by their lengths. */
function split(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += bytes.readUInt32BE(from)) {
    frames.push(bytes.subarray(from, from + bytes.readUInt32BE(from)));
  }
  return frames;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await holdPace();
await speakAtOnce();
agent.destroy();
