import { statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { peakMemoryMb } from '#local/lambda/environment/peak-memory.ts';
import { cpuMs, hostRelays, median } from './relay/hosted.ts';
import type { Load } from './relay/upstream.ts';
import type { Relay } from './relay/template.ts';
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
const hosted = await hostRelays(folder, relays);

try {
  await report();
} finally {
  await hosted.close();
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
  await hosted.setLoad(load);
  const figures = relays.map((): number[] => []);
  for (let round = -2; round < times; round += 1) {
    for (const [index, relay] of relays.entries()) {
      const value = await figure(relay, load);
      if (round >= 0) figures[index]?.push(value);
    }
  }
  return figures.map(median);
}

async function firstByteMs(relay: Relay): Promise<number> {
  const startedAt = performance.now();
  const answer = await hosted.call(relay);
  const reader = answer.body?.getReader();
  await reader?.read();
  const ms = performance.now() - startedAt;
  while ((await reader?.read())?.done === false);
  return ms;
}

async function cpuPerToken(relay: Relay, { tokens }: Load): Promise<number> {
  const before = cpuMs(hosted.system, relay);
  for await (const _ of (await hosted.call(relay)).body ?? []);
  return ((cpuMs(hosted.system, relay) - before) * 1_000) / tokens;
}

async function cpuPerTurn(relay: Relay, load: Load): Promise<number> {
  return ((await cpuPerToken(relay, load)) * load.tokens) / 1_000;
}

function peakMemory(relay: Relay): number {
  return Math.max(...hosted.system.functionHost(relay.name).pids().map(peakMemoryMb));
}
