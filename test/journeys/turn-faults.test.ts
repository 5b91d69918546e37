import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '#test/fixtures/bedrock-faults.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, readTurns, setScenario, streamTurn } from '#test/fixtures/turn-client.ts';

/*
 * Every fault of the local Bedrock, through the REST API: the response, the turn that is stored,
 * and how many model calls are paid for, including retries with the same key.
 */

let system: StreambedSystem;
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.close();
  console.table(table);
});

/** Returns the expected outcome of the response, given the outcome in our own client. */
function expectedOutcome(name: string, seen: string): string {
  // The deployed function waits half a minute for an event, not half a second.
  if (name.startsWith('a stall')) return 'complete';
  // The model refused what the function had made of a plain message: not the caller's fault.
  if (name.startsWith('validationException')) return 'internal';
  return seen.replace('throws ', '');
}

/** Kills all environments, so that the next request runs in one with a closed circuit breaker. */
async function killEnvironments(): Promise<void> {
  const host = system.functionHost('ChatFunction');
  for (const pid of host.pids()) process.kill(pid, 'SIGKILL');
  await expect.poll(() => host.pids()).toEqual([]);
}

test.each(Object.entries(cases))('a turn with the fault: %s', async (name, { scenario, seen }) => {
  await setScenario(system, scenario);
  const before = await countPaidCalls(system);
  const key = randomUUID();
  const first = await streamTurn(system, { message: 'Hello' }, { key });
  expect(first.outcome).toBe(expectedOutcome(name, seen[7]));
  const [turn, ...others] = await readTurns(system, first.conversation);
  expect(others).toEqual([]);
  const isWhole = /^(?:complete|ends )/u.test(first.outcome);
  expect(turn).toMatchObject({
    message: 'Hello',
    response: first.text,
    state: isWhole ? 'complete' : 'failed',
    ...(isWhole ? {} : { error_code: first.outcome }),
  });
  const retry = await streamTurn(system, { message: 'Hello' }, { key });
  expect(retry).toEqual(first);
  await killEnvironments();
  await setScenario(system, {});
  const later = await streamTurn(system, { message: 'Hello' }, { key });
  // If no model began to answer, the turn cost nothing and a later retry runs it again.
  const runsAgain = first.text === '';
  expect(later.outcome).toBe(runsAgain ? 'complete' : first.outcome);
  const paidCalls = (await countPaidCalls(system)) - before;
  expect(paidCalls).toBeLessThanOrEqual(1);
  const { state } = turn ?? { state: '' };
  table.push({
    fault: name,
    response: first.outcome,
    stored: state,
    laterRetry: later.outcome,
    paidCalls,
  });
});
