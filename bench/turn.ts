import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';
import { createMemoryAttachments } from '#test/doubles/memory-attachments.ts';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoReservations } from '#aws/spending/dynamo-reservations.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import type { TurnStore } from '#aws/conversation/dynamo-turns.ts';
import { userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { systemClock } from '#api/http/clock.ts';
import { buildSystem } from '#scripts/build.ts';
import type { DynamoClient } from '#aws/dynamo/dynamo-client.ts';
import { hostStore, isWrite } from '#test/fixtures/turn-store.ts';

/*
 * What storing a turn costs: a stored turn compared with a one-shot prompt, which is not stored, and
 * with the model only, in the same run. Each request to the local table takes `tripMs` longer, so
 * that the time until the model is called shows the number of sequential round trips.
 */

const rounds = 60;
const tokens = 400;
const tripMs = 20;
/** On-demand prices in us-east-1, in US dollars per million units, as of 2026-11-21. */
const usdPerMillion = { write: 0.625, read: 0.125 };

interface Meter {
  trips: number;
  writes: number;
  writeUnits: number;
  readUnits: number;
}

const meter: Meter = { trips: 0, writes: 0, writeUnits: 0, readUnits: 0 };

await buildSystem();
const store = await hostStore();
try {
  await report(portsOf(store.another({ request: measured })));
} finally {
  await store.system.close();
}

/** Makes every request to the table slower, and adds up the capacity that it consumes. */
function measured(send: DynamoClient): DynamoClient {
  return async (operation, input, signal) => {
    meter.trips += 1;
    if (isWrite(operation)) meter.writes += 1;
    const request = { ...input, ReturnConsumedCapacity: 'TOTAL' };
    const [output] = await Promise.all([send(operation, request, signal), sleep(tripMs)]);
    const units = unitsOf(output);
    if (isWrite(operation)) meter.writeUnits += units;
    else meter.readUnits += units;
    return output;
  };
}

function unitsOf(output: object): number {
  const consumed: unknown = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined;
  if (typeof consumed !== 'object' || consumed === null) return 0;
  return 'CapacityUnits' in consumed ? Number(consumed.CapacityUnits) : 0;
}

function portsOf({ table, largeAnswers }: TurnStore): TurnPorts {
  const limits = { requestsPerMinute: 60_000, tokensPerDay: 1e12, nanoUsdPerDay: 1e15 };
  return {
    model: fastModel(0),
    attachments: createMemoryAttachments(),
    conversations: createDynamoConversations({ table, largeAnswers }),
    log: createDynamoTurnLog(table),
    ledger: createDynamoLedger(table, limits),
    reservations: createDynamoReservations(table),
    prices: bedrockPrices,
    clock: systemClock,
  };
}

function fastModel(gapMs: number): Model {
  return {
    async *stream() {
      yield { type: 'message-start' };
      for (let count = 0; count < tokens; count += 1) {
        if (gapMs > 0) await sleep(gapMs);
        yield { type: 'text-delta', index: 0, text: ' token' };
      }
      yield { type: 'block-stop', index: 0 };
      yield { type: 'message-stop', stopReason: 'end_turn' };
      const usage = { inputTokens: 1_500, outputTokens: tokens, totalTokens: 1_500 + tokens };
      const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
      yield { type: 'usage', usage: { ...usage, ...cached } };
    },
  };
}

type Kind = 'model' | 'one-shot' | 'stored';

interface Times {
  readonly firstMs: number;
  /** From the first token to the last. */
  readonly restMs: number;
}

async function time(ports: TurnPorts, kind: Kind, owner: string): Promise<Times> {
  const startedAt = performance.now();
  const request = requestOf(kind, owner);
  const modelRequest = { owner: 'bench', modelId: 'model', messages: [], inference: {} };
  const events =
    kind === 'model' ? ports.model.stream(modelRequest, request.signal) : runTurn(ports, request);
  let [first, last] = [0, 0];
  for await (const { type } of events) {
    if (type !== 'text-delta') continue;
    last = performance.now();
    if (first === 0) first = last;
  }
  return { firstMs: first - startedAt, restMs: last - first };
}

function requestOf(kind: Kind, owner: string): TurnRequest {
  return {
    owner,
    turnId: randomUUID(),
    input: { type: 'message', question: userMessage('What does it cost to store this?') },
    modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    options: { inference: { maxTokens: 1_024 } },
    extensions: {},
    maxHistoryTokens: 16_000,
    signal: new AbortController().signal,
    endsAtMs: Date.now() + 300_000,
    ...(kind === 'stored'
      ? {
          conversation: { conversationId: owner, mode: 'either' },
          idempotency: { key: randomUUID(), fingerprint: 'f'.repeat(43) },
        }
      : {}),
  };
}

async function report(ports: TurnPorts): Promise<void> {
  const kinds = ['stored', 'one-shot', 'model'] as const;
  const times: Record<Kind, Times[]> = { stored: [], 'one-shot': [], model: [] };
  for (let round = -5; round < rounds; round += 1) {
    for (const kind of kinds) {
      // Each owner has a few turns, like a conversation of ordinary length.
      const sample = await time(ports, kind, `owner-${kind}-${Math.floor(round / 6)}`);
      if (round >= 0) times[kind].push(sample);
    }
  }
  const figure = (kind: Kind, name: keyof Times): number =>
    times[kind].map((sample) => sample[name]).toSorted((a, b) => a - b)[rounds / 2] ?? 0;
  console.log(
    `\n${''.padEnd(46)}${kinds.map((kind) => kind.padStart(9)).join('')}${'stored ÷ one-shot'.padStart(19)}`,
  );
  for (const [title, name] of [
    [`to the first token, ms (round trip: ${tripMs})`, 'firstMs'],
    [`from the first to the last of ${tokens} tokens, ms`, 'restMs'],
  ] as const) {
    const [stored = 0, oneShot = 0, model = 0] = kinds.map((kind) => figure(kind, name));
    const shown = [stored, oneShot, model].map((value) => value.toFixed(2).padStart(9)).join('');
    console.log(`${title.padEnd(46)}${shown}${(stored / oneShot).toFixed(2).padStart(19)}`);
  }
  const added = (figure('stored', 'firstMs') - figure('model', 'firstMs')) / tripMs;
  console.log(`round trips before the model is called: ${added.toFixed(2)} for a stored turn`);
  await reportWrites(ports);
}

/** Reports the consumed capacity, and its price, of a turn with ordinary length and pace. */
async function reportWrites(ports: TurnPorts): Promise<void> {
  const paced = { ...ports, model: fastModel(50) };
  for (const kind of ['stored', 'one-shot'] as const) {
    Object.assign(meter, { trips: 0, writes: 0, writeUnits: 0, readUnits: 0 });
    const { restMs } = await time(paced, kind, `owner-${kind}-0`);
    const { writes, writeUnits, readUnits } = meter;
    const usd = writeUnits * usdPerMillion.write + readUnits * usdPerMillion.read;
    console.log(
      `${kind}: an answer of ${(restMs / 1_000).toFixed(0)} s takes ${writes} writes ` +
        `(${writeUnits} write units, ${readUnits} read units): $${usd.toFixed(2)} per million turns`,
    );
  }
}
