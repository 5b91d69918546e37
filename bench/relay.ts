import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startLocal, type LocalSystem } from '#local/host/host.ts';
import { peakMemoryMb } from '#local/lambda/environment/peak-memory.ts';
import type { Load } from './relay/upstream.ts';
import { writeRelayTemplate, type Relay } from './relay/template.ts';
import { loadMs } from './load-time.ts';
import { buildSystem, bundleOptions } from '#scripts/build.ts';

/*
 * What the chat function costs between Bedrock and the reader, compared with a plain loop with the
 * AWS SDK (InvokeModelWithResponseStream → write) and with a pipe of undecoded bytes, in the same run
 * and the same local Lambda. CPU and memory are read from /proc, so it needs Linux.
 */

const rounds = 7;

const folder = await mkdtemp(join(tmpdir(), 'streambed-bench-'));
await buildSystem();
for (const name of ['plain-loop', 'raw-pipe']) {
  const outfile = join(folder, name, 'index.cjs');
  await build({ ...bundleOptions, entryPoints: [`bench/relay/${name}.ts`], outfile });
}
const relays: readonly Relay[] = [
  { name: 'Chat', folder: 'dist/chat' },
  { name: 'Plain', folder: join(folder, 'plain-loop') },
  { name: 'Raw', folder: join(folder, 'raw-pipe') },
];
const upstream = fork(join(import.meta.dirname, 'relay', 'upstream.ts'));
const [endpoint] = await once(upstream, 'message');
const system = await startLocal({
  template: await writeRelayTemplate(folder, relays),
  port: 0,
  data: join(folder, 'data'),
  bedrock: { pace: { ttftMs: 0, tokensPerSecond: 0, jitter: 0 } },
  endpoints: { 'bedrock-runtime': String(endpoint) },
  log: () => undefined,
});

try {
  await report();
} finally {
  await system.close();
  upstream.kill();
}

async function report(): Promise<void> {
  const ttft = await measure({ tokens: 20, gapMs: 0 }, 15, firstByteMs);
  const turn = await measure({ tokens: 20, gapMs: 0 }, 15, cpuPerTurn);
  const burst = await measure({ tokens: 20_000, gapMs: 0 }, rounds, cpuPerToken);
  const paced = await measure({ tokens: 1_000, gapMs: 2 }, rounds, cpuPerToken);
  const rows: readonly (readonly [string, readonly number[], number])[] = [
    ['warm time to first byte, ms', ttft, 2],
    ['CPU per turn of 20 tokens, ms', turn, 2],
    ['CPU per token, one token at a time, µs', paced, 1],
    ['CPU per token, tokens in a burst, µs', burst, 2],
    ['peak memory of an environment, MB', relays.map(peakMemory), 0],
    ['bundle, KB', relays.map((relay) => statSync(join(relay.folder, 'index.cjs')).size / 1024), 0],
    ['module load, ms', relays.map((relay) => loadMs(relay.folder)), 1],
  ];
  const titles = ['chat', 'plain loop', 'raw pipe', '÷ plain', '÷ raw'];
  console.log(`\n${''.padEnd(40)}${titles.map((title) => title.padStart(12)).join('')}`);
  for (const [name, [chat = 0, plain = 0, raw = 0], digits] of rows) {
    const figures = [chat, plain, raw].map((value) => value.toFixed(digits));
    const ratios = [chat / plain, chat / raw].map((value) => value.toFixed(2));
    const cells = [...figures, ...ratios].map((cell) => cell.padStart(12));
    console.log(`${name.padEnd(40)}${cells.join('')}`);
  }
}

/** Returns the median of a figure for each relay, measured alternately, after two warm-up rounds. */
async function measure(
  load: Load,
  times: number,
  figure: (relay: Relay, load: Load) => Promise<number>,
): Promise<readonly number[]> {
  await setLoad(upstream, load);
  const figures = relays.map((): number[] => []);
  for (let round = -2; round < times; round += 1) {
    for (const [index, relay] of relays.entries()) {
      const value = await figure(relay, load);
      if (round >= 0) figures[index]?.push(value);
    }
  }
  return figures.map(median);
}

async function setLoad(child: ChildProcess, load: Load): Promise<void> {
  child.send(load);
  await once(child, 'message');
}

async function call(relay: Relay): Promise<Response> {
  const answer = await fetch(system.state.functions[relay.name]?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"prompt":"Hi","format":"data"}',
  });
  if (!answer.ok) throw new Error(`${relay.name}: HTTP ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function firstByteMs(relay: Relay): Promise<number> {
  const startedAt = performance.now();
  const answer = await call(relay);
  const reader = answer.body?.getReader();
  await reader?.read();
  const ms = performance.now() - startedAt;
  while ((await reader?.read())?.done === false);
  return ms;
}

async function cpuPerToken(relay: Relay, { tokens }: Load): Promise<number> {
  const before = cpuMs(system, relay);
  for await (const _ of (await call(relay)).body ?? []);
  return ((cpuMs(system, relay) - before) * 1_000) / tokens;
}

async function cpuPerTurn(relay: Relay, load: Load): Promise<number> {
  return ((await cpuPerToken(relay, load)) * load.tokens) / 1_000;
}

/** Returns the CPU time of all threads of a function's environments, in milliseconds. */
function cpuMs(local: LocalSystem, relay: Relay): number {
  const files = local
    .functionHost(relay.name)
    .pids()
    .flatMap((pid) =>
      readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`),
    );
  return files.reduce(
    (sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}

function peakMemory(relay: Relay): number {
  return Math.max(...system.functionHost(relay.name).pids().map(peakMemoryMb));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
