import { withOperations } from '#aws/composition/turn-ports.ts';
import type { Model } from '#domain/model/model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { systemClock } from '#api/http/clock.ts';
import type { TurnOrigin } from '#api/turn/log-turn.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { createTraces, type Traces } from '#api/tracing/traces.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';
import { memoryPorts, turnRequest, usage } from '#test/fixtures/turns.ts';

const rounds = 2_000;
const warmUp = 200;

/** What is measured of a turn. */
const kinds = ['plain', 'measured', 'traced'] as const;

type Kind = (typeof kinds)[number];

/** The CPU of a turn in memory, in milliseconds, and the time before it begins, in microseconds. */
export interface InMemoryCosts {
  readonly metricsMs: number;
  readonly tracesMs: number;
  readonly beforeMetricsUs: number;
  readonly beforeBothUs: number;
}

/** Runs turns with so many tokens, with and without metrics and traces, alternately. */
export async function measureInMemory(tokens: number, collector: string): Promise<InMemoryCosts> {
  const url = new URL(`${collector}/v1/traces`);
  const traces = createTraces(
    { url, headers: {}, ratio: 1, resource: { 'service.name': 'bench' } },
    {
      onDropped(error) {
        throw error;
      },
    },
  );
  const sums: Record<Kind, number> = { plain: 0, measured: 0, traced: 0 };
  // The lines cost their encoding, and would hide the result.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const kind of kinds) {
      const microseconds = await cpuOf(kind, modelWith(tokens), traces);
      if (round >= 0) sums[kind] += microseconds;
    }
  }
  const beforeMetricsUs = timeBefore('measured', traces);
  const beforeBothUs = timeBefore('traced', traces);
  process.stdout.write = write;
  const { plain, measured, traced } = sums;
  return {
    metricsMs: (measured - plain) / rounds / 1_000,
    tracesMs: (traced - measured) / rounds / 1_000,
    beforeMetricsUs,
    beforeBothUs,
  };
}

function modelWith(tokens: number): Model {
  return {
    async *stream() {
      yield { type: 'message-start' };
      for (let count = 0; count < tokens; count += 1) {
        yield { type: 'text-delta', index: 0, text: ' token' };
      }
      yield { type: 'block-stop', index: 0 };
      yield { type: 'message-stop', stopReason: 'end_turn' };
      yield { type: 'usage', usage };
    },
  };
}

function originOf(kind: Kind, traces: Traces): TurnOrigin {
  const opened = kind === 'traced' ? { traces: traces.open({}) } : {};
  return { route: 'POST /chat/stream', invocation: { requestId: 'bench', ...opened } };
}

/** Runs, encodes and exports a turn, and returns its CPU time in microseconds. */
async function cpuOf(kind: Kind, model: Model, traces: Traces): Promise<number> {
  const plain = turnRequest({ endsAtMs: Date.now() + 60_000 });
  const ports = { ...memoryPorts(withOperations(model)), clock: systemClock };
  const encoding = createUiEncoding('bench');
  const origin = originOf(kind, traces);
  const before = process.cpuUsage();
  const turn = kind === 'plain' ? plain : loggedTurn(plain, origin);
  for await (const event of runTurn(ports, turn)) encoding.encode(event);
  await origin.invocation.traces?.export(10_000);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Returns the time that it takes to begin measuring a turn, in microseconds. */
function timeBefore(kind: Kind, traces: Traces): number {
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    loggedTurn(turnRequest(), originOf(kind, traces));
  }
  return ((performance.now() - startedAt) * 1_000) / rounds;
}
