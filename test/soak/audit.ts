import type { StreambedSystem } from '#test/fixtures/system.ts';
import type { TurnJson } from '#test/fixtures/turn-client.ts';
import { readJournal } from '#test/fixtures/turn-client.ts';
import { readEndedTurns, type Get, type SentTurn } from './client.ts';

/** The result of a soak: what happened, and what was wrong. */
export interface Audit {
  readonly counts: Readonly<Record<string, number>>;
  /** One sentence for each fault. */
  readonly faults: readonly string[];
}

/**
 * Compares every stored turn with what its clients saw, the model's journal with the turns, and the
 * counted spending with what the turns cost.
 */
export async function audit(
  system: StreambedSystem,
  sent: readonly SentTurn[],
  get: Get = (path) => system.api(path),
): Promise<Audit> {
  const calls = await callsByPrompt(system);
  const faults: string[] = [];
  const counts: Record<string, number> = { 'turns sent': sent.length };
  const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1);
  const conversations = await readConversations(get, sent);
  for (const turn of sent) {
    const turns = conversations.get(turn.conversation ?? '');
    if (turns === undefined) {
      count('never accepted');
      continue;
    }
    const own = turns.filter(({ message }) => message === turn.message);
    for (const { state } of own) count(`stored ${state}`);
    for (const { outcome } of turn.sights) count(`seen ${outcome}`);
    const modelCalls = calls.get(turn.message) ?? [];
    if (modelCalls.length > 0) count('model calls');
    faults.push(...faultsOf(turn, own, modelCalls).map((fault) => `${turn.message}: ${fault}`));
  }
  const stored = [...conversations.values()].flat();
  const costs = stored.reduce((sum, { cost_usd }) => sum + toNano(cost_usd ?? 0), 0);
  const counted = await countedNanoUsd(get);
  counts['stored, nano-dollars'] = costs;
  counts['counted, nano-dollars'] = counted;
  if (counted !== costs)
    faults.push(`the ledger counts ${counted} nano-dollars, and the stored turns cost ${costs}`);
  return { counts, faults };
}

/** How many conversations are read at once: a turn that nobody runs takes ten seconds to end. */
const readsAtOnce = 20;

async function readConversations(
  get: Get,
  sent: readonly SentTurn[],
): Promise<ReadonlyMap<string, readonly TurnJson[]>> {
  const ids = [...new Set(sent.flatMap(({ conversation }) => conversation ?? []))];
  const found = new Map<string, readonly TurnJson[]>();
  const readNext = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      found.set(id, await readEndedTurns(get, id));
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, readNext));
  return found;
}

/** A call of the model, as its journal has it. */
interface ModelCall {
  readonly outcome: string;
  readonly usage?: { readonly outputTokens: number };
}

/** Returns what is wrong with a turn: lost, stored twice, paid twice, or not what was seen. */
export function faultsOf(
  { sights }: SentTurn,
  own: readonly TurnJson[],
  calls: readonly ModelCall[],
): readonly string[] {
  const faults: string[] = [];
  const asked = own.filter(({ state, response }) => state !== 'failed' || response !== '');
  const wasAccepted = sights.some(({ text, isWhole }) => text !== '' || isWhole);
  if (own.some(({ state }) => state === 'running')) faults.push('is live, and nobody runs it');
  if (asked.length > 1) faults.push(`is stored ${asked.length} times`);
  if (calls.length > 1) faults.push(`asked the model ${calls.length} times`);
  if (wasAccepted && own.length === 0) faults.push('was seen, and is not stored');
  const [turn] = asked;
  if (turn === undefined) return faults;
  for (const { text, isWhole, outcome } of sights) {
    if (isWhole && text !== turn.response) faults.push('a whole answer is stored differently');
    if (isWhole && turn.state !== 'complete') faults.push(`was seen whole, and is ${turn.state}`);
    // A process that was killed may have sent a little more than it had stored.
    const isPrefix = turn.response.startsWith(text) || text.startsWith(turn.response);
    if (!isWhole && !isPrefix) faults.push(`a part (${outcome}) is stored differently`);
  }
  const [call] = calls;
  const isSettled = turn.state === 'complete' && call?.outcome === 'completed';
  const { usage } = turn;
  if (isSettled && usage !== undefined && usage.output_tokens !== call.usage?.outputTokens) {
    faults.push('was settled with another usage than the model reported');
  }
  return faults;
}

async function callsByPrompt(
  system: StreambedSystem,
): Promise<ReadonlyMap<string, readonly ModelCall[]>> {
  const calls = new Map<string, ModelCall[]>();
  for (const call of await readJournal(system)) {
    if (call.outcome === 'refused' || call.prompt === undefined) continue;
    calls.set(call.prompt, [...(calls.get(call.prompt) ?? []), call]);
  }
  return calls;
}

async function countedNanoUsd(get: Get): Promise<number> {
  const response = await get('/usage');
  const { today, earlier } = (await response.json()) as {
    today: { cost_usd: number };
    earlier: readonly { cost_usd: number }[];
  };
  return [today, ...earlier].reduce((sum, { cost_usd }) => sum + toNano(cost_usd), 0);
}

function toNano(usd: number): number {
  return Math.round(usd * 1e9);
}
