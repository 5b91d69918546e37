import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFlakyDynamoDb, type FlakyDynamoDb } from '#test/fixtures/flaky-dynamodb.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, readTurns, setScenario, streamTurn } from '#test/fixtures/turn-client.ts';

let tables: FlakyDynamoDb;
let system: StreambedSystem;
const report: Record<string, string | number>[] = [];

beforeAll(async () => {
  tables = await startFlakyDynamoDb();
  system = await startSystem({ tables: tables.url });
  await setScenario(system, { stream: [{ text: 'One ' }, { stall: '3s' }, { text: 'two.' }] });
});
afterAll(async () => {
  await system.close();
  await tables.close();
  console.table(report);
});

const outageMs = 2_000;

/** Makes the tables unreachable for two seconds. */
function startOutage(): Promise<void> {
  tables.setFault('unreachable');
  return new Promise((resolve) => {
    setTimeout(() => {
      tables.setFault('none');
      resolve();
    }, outageMs);
  });
}

/** Asserts one complete turn. Failed attempts without a model call may precede it. */
async function expectAnsweredOnce(conversation: string): Promise<void> {
  const turns = await readTurns(system, conversation);
  const answered = { message: 'Hello', response: 'One two.', state: 'complete' };
  const failed = { message: 'Hello', response: '', state: 'failed', parent_turn_id: null };
  expect(turns.at(-1)).toMatchObject({ ...answered, parent_turn_id: null });
  for (const turn of turns.slice(0, -1)) expect(turn).toMatchObject(failed);
}

test('a turn that begins during an outage fails, and its retry is answered', async () => {
  const before = await countPaidCalls(system);
  const key = randomUUID();
  const outage = startOutage();
  const first = await streamTurn(system, { message: 'Hello' }, { key });
  await outage;
  const retry = await streamTurn(system, { message: 'Hello' }, { key });
  expect(retry).toMatchObject({ text: 'One two.', outcome: 'complete' });
  await expectAnsweredOnce(retry.conversation);
  const paidCalls = (await countPaidCalls(system)) - before;
  expect(paidCalls).toBe(1);
  report.push({
    fault: 'outage at the start of the turn',
    response: first.outcome,
    retry: retry.outcome,
    paidCalls,
  });
});

test('an outage during an answer or at its end loses no text', async () => {
  for (const text of ['One ', 'One two.']) {
    const before = await countPaidCalls(system);
    const turn = await streamTurn(
      system,
      { message: 'Hello' },
      { key: randomUUID(), onText: (received) => void (received === text && startOutage()) },
    );
    expect(turn).toMatchObject({ text: 'One two.', outcome: 'complete' });
    expect(await readTurns(system, turn.conversation)).toMatchObject([
      { message: 'Hello', response: 'One two.', state: 'complete' },
    ]);
    const paidCalls = (await countPaidCalls(system)) - before;
    expect(paidCalls).toBe(1);
    report.push({ fault: `outage after "${text}"`, response: turn.outcome, retry: '', paidCalls });
  }
});

test('a turn during throttling succeeds, or fails and its retry is answered', async () => {
  tables.setFault('throttling');
  const [before, failuresBefore] = [await countPaidCalls(system), tables.failures];
  const key = randomUUID();
  const first = await streamTurn(system, { message: 'Hello' }, { key });
  tables.setFault('none');
  expect(tables.failures - failuresBefore).toBeGreaterThan(0);
  const retry = await streamTurn(system, { message: 'Hello' }, { key });
  expect(retry).toMatchObject({ text: 'One two.', outcome: 'complete' });
  await expectAnsweredOnce(retry.conversation);
  const paidCalls = (await countPaidCalls(system)) - before;
  expect(paidCalls).toBe(1);
  report.push({ fault: 'throttling', response: first.outcome, retry: retry.outcome, paidCalls });
});
