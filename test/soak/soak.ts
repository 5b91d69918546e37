import { newDataDirectory, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { audit, type Audit } from './audit.ts';
import { actions, sendTurn, type SentTurn } from './client.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** How many clients send turns, each one after the other. */
  readonly clients: number;
  /** How often a random environment of the chat function is killed, in milliseconds. */
  readonly killEveryMs: number;
}

/** How many turns a conversation gets. */
const turnsPerConversation = 5;

/**
 * Lets clients read, repeat, stop, leave and resume answers while environments are killed, and
 * returns what was stored, seen and paid.
 */
export async function soak({ minutes, clients, killEveryMs }: SoakOptions): Promise<Audit> {
  const system = await startSystem({ data: await newDataDirectory(), tokensPerSecond: 150 });
  try {
    const untilMs = performance.now() + minutes * 60_000;
    let kills = 0;
    const killing = setInterval(() => {
      if (killRandom(system)) kills += 1;
    }, killEveryMs);
    const sent = await Promise.all(
      Array.from({ length: clients }, (_, client) => sendTurns(system, client, untilMs)),
    );
    clearInterval(killing);
    const { counts, faults } = await audit(system, sent.flat());
    return { counts: { ...counts, 'environments killed': kills }, faults };
  } finally {
    await system.close();
  }
}

async function sendTurns(
  system: StreambedSystem,
  client: number,
  untilMs: number,
): Promise<readonly SentTurn[]> {
  const sent: SentTurn[] = [];
  let conversation: string | undefined;
  while (performance.now() < untilMs) {
    const number = sent.length;
    const message = `Write 60 words about river ${client}-${number}.`;
    // Only a client that reads learns the id of a new conversation.
    const isNew = number % turnsPerConversation === 0 || conversation === undefined;
    const random = actions[Math.floor(Math.random() * actions.length)] ?? 'read';
    const request = isNew ? { message } : { message, conversation };
    const turn = await sendTurn(system, isNew ? 'repeat' : random, request);
    ({ conversation } = turn);
    sent.push(turn);
  }
  return sent;
}

function killRandom(system: StreambedSystem): boolean {
  const pids = system.functionHost('ChatFunction').pids();
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid === undefined) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}
