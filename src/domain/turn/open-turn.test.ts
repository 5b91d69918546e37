import { expect, test } from 'vitest';
import { messageText, userMessage, type PromptMessage } from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { Reservation } from '#domain/spending/ledger.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { createMemoryAttachments } from '#test/doubles/memory-attachments.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import { pngBytes, toFile } from '#test/fixtures/attached-files.ts';
import { conversation, eventsOf, memoryPorts, turnRequest } from '#test/fixtures/turns.ts';

/** Ada, her files, and a model that answers everything. */
function createBench() {
  const model = createMemoryModel(saying('Fine.'));
  const attachments = createMemoryAttachments();
  for (const file of [toFile('cat.png', pngBytes), toFile('notes.txt')]) {
    attachments.upload('ada', file);
  }
  const ports = memoryPorts(model, { attachments });
  const run = (turnId: string, change: Partial<TurnRequest> = {}) =>
    eventsOf(runTurn(ports, turnRequest({ turnId, maxHistoryTokens: 10_000, ...change })));
  return { requests: model.requests, attachments, ports, run };
}

const withCat = {
  input: { type: 'message', question: userMessage('Look'), attachmentIds: ['cat.png'] },
} as const;

const typesOf = ({ messages }: Pick<ModelRequest, 'messages'>): readonly string[] =>
  messages.flatMap(({ content }: PromptMessage) => content.map(({ type }) => type));

test('a turn stores what a file is and not its bytes, and shows the bytes to the model', async () => {
  const { requests, attachments, ports, run } = createBench();
  await run('t1', withCat);
  const { items } = await ports.conversations.turns(conversation, { limit: 1 });
  expect(items[0]?.question.content).toEqual([
    { ...toFile('cat.png', pngBytes).attachment },
    { type: 'text', text: 'Look' },
  ]);
  expect(typesOf(requests[0] ?? { messages: [] })).toEqual(['file', 'text']);
  expect(attachments.kept).toEqual([{ ...conversation, attachmentId: 'cat.png' }]);
});

test('later turns, another answer and the rest of an answer see the file again', async () => {
  const { requests, run } = createBench();
  await run('t1', withCat);
  await run('t2');
  await run('t3', { input: { type: 'regenerate', turnId: 't1' } });
  expect(requests.slice(1).map(typesOf)).toEqual([
    ['file', 'text', 'text', 'text'],
    ['file', 'text'],
  ]);
});

test('a file that does not exist begins nothing', async () => {
  const { requests, ports, run } = createBench();
  const input = { ...withCat.input, attachmentIds: ['cat.png', 'dog.png'] };
  await expect(run('t1', { input })).rejects.toThrow('attachments.1: there is no such file');
  expect(requests).toEqual([]);
  expect(await ports.conversations.find(conversation)).toBeUndefined();
});

test('a turn whose file has vanished fails with words, and is not paid for', async () => {
  const { requests, attachments, ports, run } = createBench();
  await run('t1', withCat);
  attachments.lose('ada', 'cat.png');
  const events = await run('t2', { input: { type: 'regenerate', turnId: 't1' } });
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'not_found' } });
  expect(requests).toHaveLength(1);
  const { items } = await ports.conversations.turns(conversation, { limit: 1 });
  expect(items[0]).toMatchObject({ state: 'failed', isUnanswered: true });
  expect(items[0]?.errorMessage).toContain('cat.png no longer exists');
  // The conversation goes on, and the model is informed of what it had.
  await run('t3', { input: { type: 'edit', question: userMessage('And?'), parentId: 't1' } });
  expect(requests[1]?.messages[0]?.content[0]).toEqual({ type: 'text', text: '[File: cat.png]\n' });
});

test('the reservation of a turn has its files', async () => {
  const { ports, run } = createBench();
  const reserved: number[] = [];
  const { reserve } = ports.ledger;
  Object.assign(ports.ledger, {
    reserve: (reservation: Reservation) => {
      reserved.push(reservation.max.tokens);
      return reserve(reservation);
    },
  });
  const input = { type: 'message', question: userMessage('Look') } as const;
  await run('t1', { input, conversation: { conversationId: 'c2', mode: 'new' } });
  await run('t2', { ...withCat, conversation: { conversationId: 'c3', mode: 'new' } });
  expect((reserved[1] ?? 0) - (reserved[0] ?? 0)).toBe(1_600);
});

test('a file that does not fit into the history is mentioned in its summary', async () => {
  const { requests, run } = createBench();
  await run('t1', withCat);
  await run('t2', { maxHistoryTokens: 1_000 });
  const [, answer, summary] = requests;
  expect(answer && typesOf(answer)).toEqual(['text']);
  expect(summary && messageText(summary.messages[0] ?? userMessage(''))).toContain(
    'User: [File: cat.png]\nLook',
  );
});

test('an agent, which is sent only text, does not answer as if there were no file', async () => {
  const { requests, run } = createBench();
  await run('t1', withCat);
  const events = await run('t2', {
    input: { type: 'regenerate', turnId: 't1' },
    extensions: { agent: { name: 'helper', sessionId: 's' } },
  });
  expect(events.at(-1)).toMatchObject({
    error: { message: 'agent: cannot read the files of this message' },
  });
  expect(requests).toHaveLength(1);
});
