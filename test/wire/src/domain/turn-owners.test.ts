import type { TurnPorts } from '#domain/turn/turn-request.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoReservations } from '#aws/spending/dynamo-reservations.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';
import { runDetached } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import { realClock } from '#local/process/clock.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { eventsOf, flatPrices, generousLimits, textOf, turnRequest } from '#test/fixtures/turns.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

/** A model that echoes its input word by word, interleaved with all concurrent calls. */
const echo: Model = {
  async *stream({ messages }, signal) {
    yield { type: 'message-start' };
    for (const word of messages.map(messageText).join(' ').split(' ')) {
      signal.throwIfAborted();
      yield { type: 'text-delta', index: 0, text: `${word} ` };
      await new Promise(setImmediate);
    }
    yield { type: 'block-stop', index: 0 };
    yield { type: 'message-stop', stopReason: 'end_turn' };
  },
};

test('100 concurrent owners each see only their own turns and costs', async () => {
  const ports: TurnPorts = {
    model: echo,
    attachments: store.attachments,
    conversations: createDynamoConversations(store),
    log: createDynamoTurnLog(store.table),
    ledger: createDynamoLedger(store.table, generousLimits),
    reservations: createDynamoReservations(store.table),
    prices: flatPrices,
    clock: realClock,
  };
  const canaries = Array.from({ length: 100 }, (_, index) => `canary-${index}-`);
  const chat = async (canary: string): Promise<readonly string[]> => {
    // All use the same ids and keys: only the owner separates them.
    const key = { owner: canary, conversationId: 'same' };
    const received: string[] = [];
    for (const [index, turnId] of ['t1', 't2'].entries()) {
      const words = Array.from({ length: 20 }, (_, word) => `${canary}${word}`);
      const request = turnRequest({
        ...key,
        turnId,
        conversation: { conversationId: 'same', mode: 'either' },
        input: { type: 'message', question: userMessage(words.join(' ')) },
        idempotency: { key: turnId, fingerprint: 'f' },
        endsAtMs: Date.now() + 60_000,
      });
      received.push(textOf(await eventsOf(runDetached(runTurn(ports, request)).events)));
      const followRequest = {
        key: { ...key, turnId, sequence: index + 1 },
        signal: request.signal,
      };
      received.push(textOf(await eventsOf(followTurn(ports, followRequest))));
    }
    const { items } = await ports.conversations.turns(key, { limit: 10 });
    expect(items).toHaveLength(2);
    expect(await ports.ledger.days(canary, 2)).toMatchObject([{ turns: 2 }]);
    return [
      ...received,
      ...items.map(({ question, answer }) => messageText(question) + messageText(answer)),
    ];
  };
  const all = await Promise.all(canaries.map(chat));
  for (const [index, texts] of all.entries()) {
    const seen = new Set(texts.join(' ').match(/canary-\d+-/gu));
    expect([...seen]).toEqual([canaries[index]]);
    expect(texts[0]).toBe(texts[1]);
  }
});
