import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cdkOutWith } from '#test/fixtures/changed-template.ts';
import { readStream } from '#test/fixtures/stream-reader.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  countPaidCalls,
  readTurns,
  setScenario,
  streamTurn,
  type TurnJson,
} from '#test/fixtures/turn-client.ts';

/*
 * Environments that crash during a turn, for each cause there is on Lambda. The chat function is
 * the deployed one, with a short timeout and a module that fills its memory on SIGUSR2.
 */

const timeoutSeconds = 8;
/** How long after the timeout the lease of a turn expires. */
const leaseGraceMs = 15_000;

const fillMemory = `process.on('SIGUSR2', () => {
  const buffers = [];
  setInterval(() => buffers.push(Buffer.alloc(32 << 20, 1)), 5);
});
`;

let system: StreambedSystem;
const table: Record<string, string | number>[] = [];

async function createTemplate(): Promise<string> {
  const preloaded = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'fill-memory.cjs');
  await writeFile(preloaded, fillMemory);
  return cdkOutWith('ChatFunction', (properties) => {
    properties.Timeout = timeoutSeconds;
    properties.MemorySize = 256;
    properties.Environment.Variables['NODE_OPTIONS'] = `--require ${preloaded}`;
  });
}

beforeAll(async () => {
  system = await startSystem({ template: await createTemplate() });
});
afterAll(async () => {
  await system.close();
  console.table(table);
});

const signalEnvironments = (signal: NodeJS.Signals): void => {
  for (const pid of system.functionHost('ChatFunction').pids()) process.kill(pid, signal);
};

const crashes: readonly (readonly [string, () => void])[] = [
  ['killed process', () => signalEnvironments('SIGKILL')],
  ['out of memory', () => signalEnvironments('SIGUSR2')],
  ['hang until the timeout', () => signalEnvironments('SIGSTOP')],
];

async function lastTurn(conversation: string): Promise<TurnJson | undefined> {
  return (await readTurns(system, conversation)).at(-1);
}

/** Waits until another reader receives the text, which is then in the turn log. */
async function waitUntilLogged(id: string, text: string): Promise<void> {
  const follower = await readStream((signal) =>
    system.api(`/conversations/${id}/stream`, { signal }),
  );
  await expect.poll(follower.text, { timeout: 4_000 }).toBe(text);
  follower.disconnect();
}

test(
  'a turn whose worker crashed is recovered as interrupted, with the text so far',
  { timeout: 90_000 },
  async () => {
    await setScenario(system, { stream: [{ text: 'Hello there' }, { stall: '60s' }] });
    const crashedTurns: {
      name: string;
      key: string;
      conversation: string;
      response: string;
      paidCalls: number;
    }[] = [];
    for (const [name, crash] of crashes) {
      const before = await countPaidCalls(system);
      const key = randomUUID();
      const begun = Promise.withResolvers<string>();
      const onText = (_: string, conversation: string): void => begun.resolve(conversation);
      const streaming = streamTurn(system, { message: name }, { key, onText });
      await waitUntilLogged(await begun.promise, 'Hello there');
      crash();
      const { outcome, conversation } = await streaming;
      expect(outcome).toMatch(/^disconnected|^internal/u);
      const paidCalls = (await countPaidCalls(system)) - before;
      crashedTurns.push({ name, key, conversation, response: outcome, paidCalls });
      await expect
        .poll(() => system.functionHost('ChatFunction').pids(), { timeout: 12_000 })
        .toEqual([]);
    }
    await setScenario(system, {});
    for (const { name, key, conversation, response, paidCalls } of crashedTurns) {
      const wait = { timeout: timeoutSeconds * 1_000 + leaseGraceMs + 5_000, interval: 500 };
      await expect
        .poll(async () => (await lastTurn(conversation))?.state, wait)
        .toBe('interrupted');
      const recovered = await lastTurn(conversation);
      expect(recovered).toMatchObject({ message: name, response: 'Hello there' });
      expect(recovered?.cost_usd).toBeGreaterThan(0);
      const retry = await streamTurn(system, { message: name }, { key });
      expect(retry).toMatchObject({ conversation, text: 'Hello there', outcome: 'internal' });
      const next = await streamTurn(
        system,
        { message: 'Go on', conversation_id: conversation },
        { key: randomUUID() },
      );
      expect(next.outcome).toBe('complete');
      expect(paidCalls).toBe(1);
      table.push({
        crash: name,
        response,
        stored: recovered?.state ?? '',
        text: 'Hello there',
        retry: retry.outcome,
        paidCalls,
      });
    }
    // One call for each crashed turn and one for each next turn.
    expect(await countPaidCalls(system)).toBe(2 * crashes.length);
  },
);

test(
  'a turn that reaches its deadline ends as timed out and can be continued',
  { timeout: 30_000 },
  async () => {
    await setScenario(system, { stream: [{ text: 'Hello there' }, { stall: '60s' }] });
    const timedOut = await streamTurn(system, { message: 'Hi' }, { key: randomUUID() });
    expect(timedOut).toMatchObject({ text: 'Hello there', outcome: 'timed_out' });
    const turn = await lastTurn(timedOut.conversation);
    expect(turn).toMatchObject({ state: 'timed_out', response: 'Hello there' });
    await setScenario(system, {});
    const rest = { conversation_id: timedOut.conversation, continue_turn_id: turn?.turn_id };
    const continued = await streamTurn(system, rest, { key: randomUUID() });
    expect(continued.outcome).toBe('complete');
    expect((await lastTurn(timedOut.conversation))?.response.startsWith('Hello there')).toBe(true);
    table.push({
      crash: 'none (deadline reached)',
      response: timedOut.outcome,
      stored: 'timed_out',
      text: timedOut.text,
      retry: continued.outcome,
      paidCalls: 2,
    });
  },
);
