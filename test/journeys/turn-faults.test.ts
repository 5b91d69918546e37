import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '#test/fixtures/bedrock-faults.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { behave, keptTurns, paidCalls, tell } from '#test/fixtures/read-turn.ts';

/*
 * Every fault of the local Bedrock, through the public door: what the reader is told, what history
 * has after it, and how often a model was paid for it, a second request with the same key included.
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

/** What the reader is to be told, by what our own client makes of the fault. */
function expected(name: string, seen: string): string {
  // The deployed function waits half a minute, and not half a second.
  if (name.startsWith('a stall')) return 'complete';
  return seen.replace('throws ', '');
}

/** The next request finds a new environment, which knows nothing of how often a model failed. */
async function endEnvironments(): Promise<void> {
  const host = system.functionHost('ChatFunction');
  for (const pid of host.pids()) process.kill(pid, 'SIGKILL');
  await expect.poll(() => host.pids()).toEqual([]);
}

test.each(Object.entries(cases))('%s', async (name, { scenario, seen }) => {
  await behave(system, scenario);
  const before = await paidCalls(system);
  const key = randomUUID();
  const told = await tell(system, { message: 'Hello' }, { key });
  expect(told.ending).toBe(expected(name, seen[7]));
  const [turn, ...others] = await keptTurns(system, told.conversation);
  expect(others).toEqual([]);
  const isWhole = /^(?:complete|ends )/u.test(told.ending);
  expect(turn).toMatchObject({
    message: 'Hello',
    response: told.text,
    state: isWhole ? 'complete' : 'failed',
    ...(isWhole ? {} : { error_code: told.ending }),
  });
  const again = await tell(system, { message: 'Hello' }, { key });
  expect(again).toEqual(told);
  await endEnvironments();
  await behave(system, {});
  const later = await tell(system, { message: 'Hello' }, { key });
  // What no model began to answer costs nothing, and is answered when it comes again.
  const isAskedAgain = told.text === '';
  expect(later.ending).toBe(isAskedAgain ? 'complete' : told.ending);
  const paid = (await paidCalls(system)) - before;
  expect(paid).toBeLessThanOrEqual(1);
  const { state } = turn ?? { state: '' };
  table.push({ fault: name, reader: told.ending, kept: state, later: later.ending, paid });
});
