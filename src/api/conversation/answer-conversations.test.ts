import { expect, test } from 'vitest';
import { assistantMessage, userMessage } from '#domain/conversation/message.ts';
import { endedTurn } from '#domain/conversation/turn.ts';
import { describeModel } from '#aws/model/describe-model.ts';
import { offerOf } from '#domain/chat/offer.ts';
import { answerConversations } from '#api/conversation/answer-conversations.ts';
import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { createMemorySearch } from '#test/doubles/memory-search.ts';
import { createMemoryModel } from '#test/doubles/memory-model.ts';
import { generousLimits, memoryPorts } from '#test/fixtures/turns.ts';

const choices = {
  models: ['nova'],
  agents: {},
  knowledgeBases: {},
  mcpServers: {},
  maxOutputTokens: 100,
  settings: { defaults: {}, serviceTiers: ['default'], traits: {} },
} as const;
const memory = memoryPorts(createMemoryModel([]));
const ports = {
  ...memory,
  ...createMemorySearch(memory.conversations),
  ledger: createMemoryLedger(generousLimits),
  limits: generousLimits,
  choices,
  offer: offerOf(choices, describeModel),
};
const key = { owner: 'key:k', conversationId: 'c1' };

async function storeTurn(turnId: string, text: string): Promise<void> {
  const turn = { turnId, question: userMessage('Hi'), modelId: 'nova', startedAtMs: 1 };
  const live = { ...turn, leaseUntilMs: 2 };
  const begun = await ports.conversations.begin({ ...key, mode: 'either', turn: live });
  if (begun.type !== 'begun') throw new Error(begun.type);
  const outcome = { state: 'complete', answer: assistantMessage(text), finishedAtMs: 2 } as const;
  await ports.conversations.finish(key, endedTurn(begun.live, outcome));
}

async function readPage(query: Readonly<Record<string, string>>) {
  const request = {
    method: 'GET',
    path: '/conversations/c1',
    headers: {},
    query,
    body: '',
    caller: { type: 'api-key', id: 'k' },
  } as const;
  const invocation = { requestId: 'r', signal: new AbortController().signal, endsAtMs: 1e9 };
  const { body } = await answerConversations(ports, request, invocation);
  return JSON.parse(typeof body === 'string' ? body : '') as {
    turns: { turn_id: string }[];
    cursor?: string;
  };
}

test('a page of large turns has fewer of them, so that Lambda can return it', async () => {
  for (const turnId of ['t1', 't2', 't3']) await storeTurn(turnId, 'x'.repeat(900_000));
  const newest = await readPage({ limit: '3' });
  expect(newest.turns.map(({ turn_id: id }) => id)).toEqual(['t3']);
  const older = await readPage({ limit: '2', cursor: newest.cursor ?? '' });
  expect(older.turns.map(({ turn_id: id }) => id)).toEqual(['t1', 't2']);
});
