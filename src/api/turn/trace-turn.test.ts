import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { afterEach, expect, test, vi } from 'vitest';
import { withOperations } from '#aws/composition/turn-ports.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { systemClock } from '#api/http/clock.ts';
import { withLogNames, logAbout } from '#api/log/log-names.ts';
import { openTrace, type Span } from '#api/tracing/span.ts';
import type { InvocationTraces, TracedTurn } from '#api/tracing/traces.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { traceTurn } from '#api/turn/trace-turn.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { eventsOf, memoryPorts, turnRequest } from '#test/fixtures/turns.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const signal = new AbortController().signal;

interface Recorder extends InvocationTraces {
  spans(until?: AbortSignal): Promise<readonly Span[]>;
}

function createRecorder(): Recorder {
  const turns: TracedTurn[] = [];
  return {
    begin: () => openTrace(undefined, 1),
    add: (turn) => turns.push(turn),
    export: async () => undefined,
    async spans(until = signal) {
      return (await Promise.all(turns.map((turn) => turn.spans(until)))).flatMap(
        ({ spans }) => spans,
      );
    },
  };
}

/** Runs a turn of Ada's, and returns its spans. */
async function spansOf(...texts: readonly string[]): Promise<readonly Span[]> {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const traces = createRecorder();
  const model = withOperations(createMemoryModel(saying(...texts)));
  const ports = { ...memoryPorts(model), clock: systemClock };
  const plain = turnRequest({ endsAtMs: Date.now() + 60_000 });
  const invocation = { requestId: 'r1', isColdStart: true, traces };
  await withLogNames(
    () => 'secret',
    async () => {
      logAbout({ owner: 'ada' });
      await eventsOf(runTurn(ports, loggedTurn(plain, { route: 'POST /chat', invocation })));
    },
  );
  return traces.spans();
}

test('a turn and its operations are spans of one parent', async () => {
  const [root, ...operations] = await spansOf('Hel', 'x'.repeat(3_000));
  expect(root).toMatchObject({ name: 'turn POST /chat', kind: 'server' });
  expect(new Set(operations.map(({ name }) => name))).toEqual(
    new Set([
      'chat model',
      'write begin',
      'write reserve',
      'write append',
      'write finish',
      'write settle',
    ]),
  );
  expect(new Set(operations.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set([root?.spanId]),
  );
});

test('every attribute is one of OpenTelemetry’s conventions, or Streambed’s own', async () => {
  const attributes = (await spansOf('Hel', 'lo')).flatMap((span) => Object.keys(span.attributes));
  // Version 0.1.0 of the conventions for AI has renamed this one.
  const renamed = 'gen_ai.usage.cache_write.input_tokens';
  const known = new Set<unknown>([...Object.values(conventions), renamed]);
  const unknown = attributes.filter((name) => !known.has(name) && !name.startsWith('streambed.'));
  expect(attributes.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('no attribute has a text, or the id of a person or a conversation', async () => {
  const json = JSON.stringify(await spansOf('A quokka'));
  for (const secret of ['quokka', 'ada', 'c1']) expect(json).not.toContain(`"${secret}`);
});

test('names that cannot be read in time are left out', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const traces = createRecorder();
  const secret = Promise.withResolvers<string | undefined>();
  const ended = withLogNames(
    () => secret.promise,
    async () => {
      logAbout({ owner: 'ada' });
      traceTurn(traces, 'model').end({ route: 'POST /chat' }, {});
    },
  );
  const [span] = await traces.spans(AbortSignal.timeout(1));
  expect(span?.attributes['streambed.owner']).toBeUndefined();
  secret.resolve('secret');
  await ended;
  const [named] = await traces.spans();
  expect(named?.attributes['streambed.owner']).toMatch(/^[\da-f]{16}$/u);
});

test('a turn with very many operations has the first spans, and says how many it lost', async () => {
  const traces = createRecorder();
  const turn = traceTurn(traces, 'model');
  for (let count = 0; count < 600; count += 1) {
    turn.onOperation({ type: 'table-write', write: 'append' }).onEnd();
  }
  const spans = await traces.spans();
  expect(spans).toHaveLength(501);
  expect(spans[0]?.attributes['streambed.dropped_spans']).toBe(100);
});
