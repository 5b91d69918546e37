import { afterEach, expect, test, vi } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';
import { loggedTurn } from '#api/turn/log-turn.ts';
import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { violations, type MetricLine } from '#test/fixtures/embedded-metrics.ts';
import { eventsOf, memoryPorts, turnRequest } from '#test/fixtures/turns.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a turn of Ada's and returns the lines that it logged. */
async function linesOf(ports: TurnPorts, isColdStart = false): Promise<readonly MetricLine[]> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const invocation = { requestId: 'r1', isColdStart };
  const turn = loggedTurn(turnRequest(), { route: 'POST /chat', invocation });
  await eventsOf(runTurn(ports, turn)).catch(() => undefined);
  return write.mock.calls.map(([line]) => JSON.parse(String(line)) as MetricLine);
}

test('a turn logs one line, which publishes its metrics', async () => {
  const lines = await linesOf(memoryPorts(createMemoryModel(saying('Hel', 'lo'))), true);
  expect(lines).toEqual([
    expect.objectContaining({
      message: 'turn ended',
      requestId: 'r1',
      turnId: 't1',
      route: 'POST /chat',
      model: 'model',
      stopReason: 'end_turn',
      inputTokens: 1,
      Turns: 1,
      InterChunkGap: [expect.any(Number)],
      ColdStarts: 1,
      MemoryUsed: expect.any(Number),
    }),
  ]);
  expect(lines.flatMap(violations)).toEqual([]);
  expect(JSON.stringify(lines)).not.toContain('ada');
});

test('the costs in the lines of turns, titles and summaries are what their owner spent', async () => {
  const ports = memoryPorts(createMemoryModel(saying('word '.repeat(100))));
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  for (const turnId of ['t1', 't2', 't3']) {
    const titleModel = { modelId: 'small', fallbackIds: [] };
    const plain = turnRequest({ turnId, titleModel, maxHistoryTokens: 100 });
    const turn = loggedTurn(plain, { route: 'POST /chat', invocation: { requestId: 'r1' } });
    await eventsOf(runTurn(ports, turn));
  }
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)) as MetricLine);
  const messages = new Set(lines.map(({ message }) => message));
  expect(messages).toEqual(new Set(['turn ended', 'conversation titled', 'history summarized']));
  expect(lines.flatMap(violations)).toEqual([]);
  const logged = lines.reduce((sum, { CostUsd }) => sum + Number(CostUsd), 0);
  const [today] = await ports.ledger.days('ada', 1);
  expect(logged * 1e9).toBeCloseTo(today?.nanoUsd ?? 0, 3);
});

test('the model of the line is the one that answered', async () => {
  const [start, ...rest] = saying('Hello');
  expect(start).toEqual({ type: 'message-start' });
  const model = createMemoryModel([{ type: 'message-start', modelId: 'other' }, ...rest]);
  expect(await linesOf(memoryPorts(model))).toMatchObject([{ model: 'other', ColdStarts: 0 }]);
});

test('a turn that a fault kept from beginning is a failed turn', async () => {
  const conversations = {
    ...createMemoryConversations(),
    begin: () => Promise.reject(new ChatError('internal', 'The table is away.')),
  };
  const ports = memoryPorts(createMemoryModel(saying('Hello')), { conversations });
  const lines = await linesOf(ports);
  expect(lines).toMatchObject([
    { message: 'turn not begun', code: 'internal', Turns: 1, FailedBeforeFirstToken: 1 },
  ]);
  expect(lines.flatMap(violations)).toEqual([]);
});

test('a request that conflicts with another one publishes nothing', async () => {
  const conversations = {
    ...createMemoryConversations(),
    begin: () => Promise.reject(new ChatError('conflict', 'Another turn is running.')),
  };
  const lines = await linesOf(memoryPorts(createMemoryModel([]), { conversations }));
  expect(lines).toMatchObject([{ message: 'turn not begun', code: 'conflict' }]);
  expect(lines.map((line) => '_aws' in line)).toEqual([false]);
});
