import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReluctantTables, type ReluctantTables } from '#test/fixtures/flaky-dynamodb.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { behave, keptTurns, paidCalls, tell } from '#test/fixtures/read-turn.ts';

let tables: ReluctantTables;
let system: StreambedSystem;
const report: Record<string, string | number>[] = [];

beforeAll(async () => {
  tables = await startReluctantTables();
  system = await startSystem({ tables: tables.url });
  await behave(system, { stream: [{ text: 'One ' }, { stall: '3s' }, { text: 'two.' }] });
});
afterAll(async () => {
  await system.close();
  await tables.close();
  console.table(report);
});

const awayMs = 2_000;

/** The tables are away for two seconds. */
function goAway(): Promise<void> {
  tables.become('away');
  return new Promise((resolve) => {
    setTimeout(() => {
      tables.become('well');
      resolve();
    }, awayMs);
  });
}

/** A try that no model was asked for may stand beside the answer, at the same place. */
async function expectAnsweredOnce(conversation: string): Promise<void> {
  const turns = await keptTurns(system, conversation);
  const answered = { message: 'Hello', response: 'One two.', state: 'complete' };
  const failed = { message: 'Hello', response: '', state: 'failed', parent_turn_id: null };
  expect(turns.at(-1)).toMatchObject({ ...answered, parent_turn_id: null });
  for (const turn of turns.slice(0, -1)) expect(turn).toMatchObject(failed);
}

test('tables that are away when a turn begins: an error, and the same request is answered later', async () => {
  const before = await paidCalls(system);
  const key = randomUUID();
  const back = goAway();
  const told = await tell(system, { message: 'Hello' }, { key });
  await back;
  const again = await tell(system, { message: 'Hello' }, { key });
  expect(again).toMatchObject({ text: 'One two.', ending: 'complete' });
  await expectAnsweredOnce(again.conversation);
  const paid = (await paidCalls(system)) - before;
  expect(paid).toBe(1);
  report.push({ fault: 'away as the turn begins', reader: told.ending, later: again.ending, paid });
});

test('tables that are away in the middle of an answer, and while it ends: the whole answer', async () => {
  for (const text of ['One ', 'One two.']) {
    const before = await paidCalls(system);
    const told = await tell(
      system,
      { message: 'Hello' },
      { key: randomUUID(), heard: (heard) => void (heard === text && goAway()) },
    );
    expect(told).toMatchObject({ text: 'One two.', ending: 'complete' });
    expect(await keptTurns(system, told.conversation)).toMatchObject([
      { message: 'Hello', response: 'One two.', state: 'complete' },
    ]);
    const paid = (await paidCalls(system)) - before;
    expect(paid).toBe(1);
    report.push({ fault: `away after "${text}"`, reader: told.ending, later: '', paid });
  }
});

test('tables that refuse two of three requests: the whole answer, or an error and then the answer', async () => {
  tables.become('throttled');
  const [before, refusedBefore] = [await paidCalls(system), tables.refused];
  const key = randomUUID();
  const told = await tell(system, { message: 'Hello' }, { key });
  tables.become('well');
  expect(tables.refused - refusedBefore).toBeGreaterThan(3);
  const again = await tell(system, { message: 'Hello' }, { key });
  expect(again).toMatchObject({ text: 'One two.', ending: 'complete' });
  await expectAnsweredOnce(again.conversation);
  const paid = (await paidCalls(system)) - before;
  expect(paid).toBe(1);
  report.push({ fault: 'throttled', reader: told.ending, later: again.ending, paid });
});
