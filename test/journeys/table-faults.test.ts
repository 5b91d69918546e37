import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startFlakyDynamoDb,
  type Fault,
  type FlakyDynamoDb,
} from '#test/fixtures/flaky-dynamodb.ts';
import { rounds } from '#test/fixtures/rounds.ts';
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

/** Injects a fault for some time; an outage of two seconds by default. */
function startOutage(fault: Fault = 'unreachable', ms = outageMs): Promise<void> {
  tables.setFault(fault);
  return new Promise((resolve) => {
    setTimeout(() => {
      tables.setFault('none');
      resolve();
    }, ms);
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

/** Returns what is counted as spent or reserved today, in US dollars. */
async function spentToday(): Promise<number> {
  const response = await system.api('/usage');
  const { today } = (await response.json()) as { today: { cost_usd: number } };
  return today.cost_usd;
}

/** Returns what all stored turns cost, in US dollars. */
async function storedCost(): Promise<number> {
  const page = await (await system.api('/conversations?limit=100')).json();
  const { conversations } = page as { conversations: readonly { conversation_id: string }[] };
  const turns = await Promise.all(
    conversations.map(({ conversation_id: id }) => readTurns(system, id)),
  );
  return turns.flat().reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
}

/** Asserts that what is counted is what is stored. A reader does not wait for a turn's settlement. */
async function expectSettled(): Promise<void> {
  const stored = await storedCost();
  await expect.poll(spentToday, { timeout: 20_000 }).toBeCloseTo(stored, 9);
}

/**
 * How long the table stalls: shorter than one attempt of the SDK, longer than several, and as long
 * as a request is repeated. The long test tries more.
 */
const stalls = rounds === 1 ? [2] : [1, 2, 4, 7, 10, 13, 16, 20];

test.each(stalls)(
  'a stall of %i s, when a turn begins or ends, leaves no live turn and nothing reserved',
  { timeout: 120_000 },
  async (seconds) => {
    for (const moment of ['begin', 'end'] as const) {
      const before = await countPaidCalls(system);
      const key = randomUUID();
      let stall = Promise.resolve();
      if (moment === 'begin') stall = startOutage('stalled', seconds * 1_000);
      const first = await streamTurn(
        system,
        { message: 'Hello' },
        {
          key,
          onText(text) {
            const isEnd = moment === 'end' && text === 'One two.';
            if (isEnd) stall = startOutage('stalled', seconds * 1_000);
          },
        },
      );
      await stall;
      expect(first).toMatchObject({ text: 'One two.', outcome: 'complete' });
      const turns = await readTurns(system, first.conversation);
      expect(turns).toMatchObject([{ response: 'One two.', state: 'complete' }]);
      const retry = await streamTurn(system, { message: 'Hello' }, { key });
      expect(retry).toMatchObject({ text: 'One two.', outcome: 'complete' });
      const paidCalls = (await countPaidCalls(system)) - before;
      expect(paidCalls).toBe(1);
      await expectSettled();
      const { outcome } = retry;
      report.push({
        fault: `stall of ${seconds} s`,
        response: first.outcome,
        retry: outcome,
        paidCalls,
      });
    }
  },
);
