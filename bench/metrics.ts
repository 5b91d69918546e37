import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSystem } from '#scripts/build.ts';
import { startCollector } from '#test/fixtures/collector.ts';
import { measureInMemory } from './metrics/in-memory.ts';
import { cpuMs, hostRelays, median, startChild } from './relay/hosted.ts';
import type { Relay } from './relay/template.ts';

/*
 * What metrics and traces cost a turn, as a share of the CPU of the whole chat function in the same
 * run, and how far the first token of a trace is from what a client sees. It reads /proc, so it
 * needs Linux.
 */

const tokens = 400;
const rounds = 40;

await buildSystem();
const folder = await mkdtemp(join(tmpdir(), 'streambed-bench-'));
const collector = await startCollector();
const plain: Relay = { name: 'Plain', folder: 'dist/chat' };
const traced: Relay = {
  name: 'Traced',
  folder: 'dist/chat',
  variables: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
};
const hosted = await hostRelays(folder, [plain, traced]);

/** A turn, as a client saw it. Times are in milliseconds since 1970. */
interface Answered {
  readonly turn: string;
  readonly sentAtMs: number;
  readonly firstTextAtMs: number;
  readonly cpuMs: number;
}

try {
  await report(await askAlternately());
} finally {
  await hosted.close();
  await collector.close();
}

async function askAlternately(): Promise<Record<'plain' | 'traced', readonly Answered[]>> {
  await hosted.setLoad({ tokens, gapMs: 2 });
  const answered: Record<'plain' | 'traced', Answered[]> = { plain: [], traced: [] };
  for (let round = -5; round < rounds; round += 1) {
    const [one, other] = [await ask(plain), await ask(traced)];
    if (round < 0) continue;
    answered.plain.push(one);
    answered.traced.push(other);
  }
  return answered;
}

async function ask(relay: Relay): Promise<Answered> {
  const before = cpuMs(hosted.system, relay);
  const sentAtMs = nowMs();
  const response = await hosted.call(relay);
  let firstTextAtMs = Number.NaN;
  for await (const chunk of response.body ?? []) {
    if (Number.isNaN(firstTextAtMs) && Buffer.from(chunk).includes(' tok')) firstTextAtMs = nowMs();
  }
  await hosted.idle();
  const turn = response.headers.get('x-streambed-turn-id') ?? '';
  return { turn, sentAtMs, firstTextAtMs, cpuMs: cpuMs(hosted.system, relay) - before };
}

/** Returns milliseconds since 1970 with fractions. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

async function report(answered: Record<'plain' | 'traced', readonly Answered[]>): Promise<void> {
  const sink = await startChild(join(import.meta.dirname, 'metrics', 'collector.ts'));
  const costs = await measureInMemory(tokens, sink.message);
  sink.child.kill();
  const cpu = (each: readonly Answered[]): number => median(each.map((one) => one.cpuMs));
  const waited = (each: readonly Answered[]): number =>
    median(each.map(({ sentAtMs, firstTextAtMs }) => firstTextAtMs - sentAtMs));
  const whole = cpu(answered.plain);
  const { metricsMs, tracesMs } = costs;
  const share = (ms: number): string => `${((100 * ms) / whole).toFixed(1)} %`;
  row('CPU of a turn of the chat function, ms', whole.toFixed(1));
  row('… with traces, ratio', (cpu(answered.traced) / whole).toFixed(2));
  row('CPU of its metrics, ms', `${metricsMs.toFixed(2)} (${share(metricsMs)})`);
  row('CPU of its traces, ms', `${tracesMs.toFixed(2)} (${share(tracesMs)})`);
  row('time before a turn, metrics, µs', costs.beforeMetricsUs.toFixed(1));
  row('time before a turn, metrics and traces, µs', costs.beforeBothUs.toFixed(1));
  row('time to the first text, ms', waited(answered.plain).toFixed(1));
  row('… with traces, ratio', (waited(answered.traced) / waited(answered.plain)).toFixed(2));
  reportFirstTokens(answered.traced);
}

/** Compares the first token of each trace with the time at which the client had it. */
function reportFirstTokens(answered: readonly Answered[]): void {
  const apart = answered.map(({ turn, firstTextAtMs }) => {
    const root = collector.spans().find((span) => span.attributes['streambed.turn_id'] === turn);
    return firstTextAtMs - (root?.events[0]?.atMs ?? Number.NaN);
  });
  const sorted = apart.toSorted((one, other) => one - other);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2);
  row('first token: client after trace, ms, p50', at(0.5));
  row('first token: client after trace, ms, p95', at(0.95));
  row('first token: client after trace, ms, smallest', at(0));
}

function row(name: string, value: string): void {
  console.log(`${name.padEnd(48)}${value.padStart(16)}`);
}
