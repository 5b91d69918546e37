import { expect, test } from 'vitest';
import { accumulate, emptyAnswer, toMessage } from '#domain/conversation/accumulate.ts';
import type { Knowledge } from '#domain/model/knowledge.ts';
import { createMemoryModel, saying } from '#test/doubles/memory-model.ts';
import {
  userMessage,
  type CitationBlock,
  type ContentBlock,
} from '#domain/conversation/message.ts';
import { renumberBlocks } from '#domain/model/block-index.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { withKnowledge } from '#domain/model/with-knowledge.ts';
import { withTools } from '#domain/model/with-tools.ts';
import { boxOf, tool } from '#test/fixtures/scripted-tools.ts';

const leave = { text: 'Paid leave is 25 days.', source: 'leave.md' };

function countingKnowledge(): Knowledge & { searches: number } {
  return {
    searches: 0,
    async search() {
      this.searches += 1;
      return [{ text: `Found by search ${this.searches}`, source: 'other.md' }];
    },
    async *stream() {
      yield* [];
    },
  };
}

test('an answer continues after an approval from the passages that it already has', async () => {
  const knowledge = countingKnowledge();
  const plain = createMemoryModel(saying('That is noted [1].'));
  const model = withKnowledge(withTools(plain, boxOf(tool('write', { writes: true }))), knowledge);
  const citation: CitationBlock = {
    type: 'citation',
    span: { start: 0, end: 12 },
    passages: [leave],
  };
  const content: readonly ContentBlock[] = [
    { type: 'retrieval', query: 'How long?', passages: [leave] },
    { type: 'text', text: 'It is 25 days [1].' },
    citation,
    { type: 'tool-use', toolUseId: '1', name: 'write', inputJson: '{}' },
    { type: 'approval', toolUseId: '1' },
  ];
  const request: ModelRequest = {
    owner: 'ada',
    modelId: 'm',
    messages: [userMessage('How long? Write it down.')],
    inference: {},
    knowledge: { name: 'handbook', mode: 'retrieve' },
    toolUse: { sets: ['notes'], canAsk: true },
    pending: { content, decisions: [{ toolUseId: '1', isApproved: true }] },
  };
  let answer = emptyAnswer;
  const events = model.stream(request, new AbortController().signal);
  for await (const event of renumberBlocks(events)) {
    answer = accumulate(answer, event);
  }
  const blocks = toMessage(answer).content;
  expect(knowledge.searches).toBe(0);
  expect(blocks.map(({ type }) => type)).toEqual([
    'retrieval',
    'text',
    'citation',
    'tool-use',
    'tool-result',
    'text',
    'citation',
  ]);
  expect(blocks.filter(({ type }) => type === 'citation')).toEqual([
    citation,
    expect.objectContaining({ passages: [leave] }),
  ]);
});
