import { expect, test } from 'vitest';
import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import { saying } from '#test/doubles/memory-model.ts';
import { assistantMessage } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

const fold = (events: readonly StreamEvent[]): Answer => events.reduce(accumulate, emptyAnswer);

test('the deltas of a block become one block', () => {
  const answer = fold(saying('こん', 'にちは', ' 👋'));
  expect(toMessage(answer)).toEqual(assistantMessage('こんにちは 👋'));
  expect(answer.stopReason).toBe('end_turn');
  expect(answer.usage?.outputTokens).toBe(3);
});

test('reasoning, text and a tool use are in the order of their blocks', () => {
  const answer = fold([
    { type: 'reasoning-delta', index: 0, text: 'Let me ' },
    { type: 'reasoning-delta', index: 0, text: 'think.', signature: 'proof' },
    { type: 'text-delta', index: 1, text: 'I look it up.' },
    { type: 'block-start', index: 2, toolUseId: 't1', name: 'weather' },
    { type: 'tool-input-delta', index: 2, json: '{"city":' },
    { type: 'tool-input-delta', index: 2, json: '"Kyoto"}' },
  ]);
  expect(answer.content).toEqual([
    { type: 'reasoning', text: 'Let me think.', signature: 'proof' },
    { type: 'text', text: 'I look it up.' },
    { type: 'tool-use', toolUseId: 't1', name: 'weather', inputJson: '{"city":"Kyoto"}' },
  ]);
});

test('an empty block on the wire leaves no gap', () => {
  const answer = fold([
    { type: 'block-stop', index: 0 },
    { type: 'text-delta', index: 1, text: 'Hi' },
  ]);
  expect(answer.content).toEqual([{ type: 'text', text: 'Hi' }]);
});

test('a delta that does not fit its block throws', () => {
  const open = fold([{ type: 'text-delta', index: 0, text: 'Hi' }]);
  expect(() => accumulate(open, { type: 'tool-input-delta', index: 0, json: '{}' })).toThrow(
    TypeError,
  );
  expect(() => accumulate(emptyAnswer, { type: 'tool-input-delta', index: 0, json: '{}' })).toThrow(
    'not open',
  );
});

test('adding an event does not change the answer itself', () => {
  const before = fold([{ type: 'text-delta', index: 0, text: 'Hel' }]);
  accumulate(before, { type: 'text-delta', index: 0, text: 'lo' });
  expect(toMessage(before)).toEqual(assistantMessage('Hel'));
});
