import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cdkOutWith } from '#test/fixtures/changed-template.ts';
import { readStream } from '#test/fixtures/stream-reader.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { behave, keptTurns, paidCalls, tell, type KeptTurn } from '#test/fixtures/read-turn.ts';

/*
 * Environments that die in the middle of a turn, of all that kills one on Lambda. The chat function
 * is the one that is deployed, with a short timeout and a module that makes it use memory when told.
 */

const timeoutSeconds = 8;
/** How long after the timeout a turn counts as abandoned. */
const leaseGraceMs = 15_000;

const greedy = `process.on('SIGUSR2', () => {
  const held = [];
  setInterval(() => held.push(Buffer.alloc(32 << 20, 1)), 5);
});
`;

let system: StreambedSystem;
const table: Record<string, string | number>[] = [];

async function shortLived(): Promise<string> {
  const preloaded = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'greedy.cjs');
  await writeFile(preloaded, greedy);
  return cdkOutWith('ChatFunction', (properties) => {
    properties.Timeout = timeoutSeconds;
    properties.MemorySize = 256;
    properties.Environment.Variables['NODE_OPTIONS'] = `--require ${preloaded}`;
  });
}

beforeAll(async () => {
  system = await startSystem({ template: await shortLived() });
});
afterAll(async () => {
  await system.close();
  console.table(table);
});

const killed = (signal: NodeJS.Signals): void => {
  for (const pid of system.functionHost('ChatFunction').pids()) process.kill(pid, signal);
};

const deaths: readonly (readonly [string, () => void])[] = [
  ['a killed process', () => killed('SIGKILL')],
  ['more memory than there is', () => killed('SIGUSR2')],
  ['a process that hangs until the timeout', () => killed('SIGSTOP')],
];

async function lastTurn(conversation: string): Promise<KeptTurn | undefined> {
  return (await keptTurns(system, conversation)).at(-1);
}

/** Waits until another reader hears what was said: then it is in the log. */
async function untilLogged(id: string, text: string): Promise<void> {
  const watcher = await readStream((signal) =>
    system.api(`/conversations/${id}/stream`, { signal }),
  );
  await expect.poll(watcher.text, { timeout: 4_000 }).toBe(text);
  watcher.leave();
}

test(
  'a death in the middle of an answer is no end of it, and what was said is kept',
  { timeout: 90_000 },
  async () => {
    await behave(system, { stream: [{ text: 'Hello there' }, { stall: '60s' }] });
    const died: {
      name: string;
      key: string;
      conversation: string;
      reader: string;
      paid: number;
    }[] = [];
    for (const [name, die] of deaths) {
      const before = await paidCalls(system);
      const key = randomUUID();
      const begun = Promise.withResolvers<string>();
      const heard = (_: string, conversation: string): void => begun.resolve(conversation);
      const telling = tell(system, { message: name }, { key, heard });
      await untilLogged(await begun.promise, 'Hello there');
      die();
      const { ending, conversation } = await telling;
      expect(ending).toMatch(/^broken off|^internal/u);
      expect(await lastTurn(conversation)).toMatchObject({ state: 'running', message: name });
      const paid = (await paidCalls(system)) - before;
      died.push({ name, key, conversation, reader: ending, paid });
      await expect
        .poll(() => system.functionHost('ChatFunction').pids(), { timeout: 12_000 })
        .toEqual([]);
    }
    await behave(system, {});
    for (const { name, key, conversation, reader, paid } of died) {
      const wait = { timeout: timeoutSeconds * 1_000 + leaseGraceMs + 5_000, interval: 500 };
      await expect
        .poll(async () => (await lastTurn(conversation))?.state, wait)
        .toBe('interrupted');
      const kept = await lastTurn(conversation);
      expect(kept).toMatchObject({ message: name, response: 'Hello there' });
      expect(kept?.cost_usd).toBeGreaterThan(0);
      const again = await tell(system, { message: name }, { key });
      expect(again).toMatchObject({ conversation, text: 'Hello there', ending: 'internal' });
      const next = await tell(
        system,
        { message: 'Go on', conversation_id: conversation },
        { key: randomUUID() },
      );
      expect(next.ending).toBe('complete');
      expect(paid).toBe(1);
      table.push({
        death: name,
        reader,
        kept: kept?.state ?? '',
        text: 'Hello there',
        again: again.ending,
        paid,
      });
    }
    // What was said to each of them, and to the next, was paid for once.
    expect(await paidCalls(system)).toBe(2 * deaths.length);
  },
);

test(
  'a turn whose time is up says so, and goes on where it stopped',
  { timeout: 30_000 },
  async () => {
    await behave(system, { stream: [{ text: 'Hello there' }, { stall: '60s' }] });
    const told = await tell(system, { message: 'Hi' }, { key: randomUUID() });
    expect(told).toMatchObject({ text: 'Hello there', ending: 'timed_out' });
    const turn = await lastTurn(told.conversation);
    expect(turn).toMatchObject({ state: 'timed_out', response: 'Hello there' });
    await behave(system, {});
    const rest = { conversation_id: told.conversation, continue_turn_id: turn?.turn_id };
    const whole = await tell(system, rest, { key: randomUUID() });
    expect(whole.ending).toBe('complete');
    expect((await lastTurn(told.conversation))?.response.startsWith('Hello there')).toBe(true);
    table.push({
      death: 'none: the time was up',
      reader: told.ending,
      kept: 'timed_out',
      text: told.text,
      again: whole.ending,
      paid: 2,
    });
  },
);
