import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoReservations } from '#aws/spending/dynamo-reservations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { userMessage } from '#domain/conversation/message.ts';
import { systemClock } from '#api/http/clock.ts';
import { answerFollow } from '#api/turn/answer-follow.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

test('a live turn is followed after one read of the table', async () => {
  const conversations = createDynamoConversations(store);
  const key = { owner: 'key:ada', conversationId: 'c1' };
  const turn = { turnId: 't1', question: userMessage('Hi'), modelId: 'm', startedAtMs: 1 };
  await conversations.begin({ ...key, mode: 'either', turn: { ...turn, leaseUntilMs: 1e14 } });

  const requests: string[] = [];
  const watched = store.another({
    request:
      (send) =>
      (operation, ...others) => {
        requests.push(operation);
        return send(operation, ...others);
      },
  });
  const reader = new AbortController();
  const response = await answerFollow(
    {
      conversations: createDynamoConversations(watched),
      log: createDynamoTurnLog(watched.table),
      reservations: createDynamoReservations(watched.table),
      clock: systemClock,
    },
    {
      method: 'GET',
      path: '/conversations/c1/stream',
      headers: {},
      query: { format: 'ui' },
      body: '',
      caller: { type: 'api-key', id: 'ada' },
    },
    { requestId: 'r1', signal: reader.signal, endsAtMs: 1e14 },
  );
  if (typeof response.body === 'string') throw new Error('The response is not a stream');
  const body = response.body[Symbol.asyncIterator]();
  let text = '';
  while (text === '') text += (await body.next()).value;
  expect(text).toContain('t1');
  expect(requests).toEqual(['GetItem']);
  reader.abort();
  while ((await body.next()).done !== true);
});
