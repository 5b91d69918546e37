import { expect, test } from 'vitest';
import { createCompletionEncoding, toCompletion } from '#protocol/openai/openai-chat.ts';

test.each([
  ['end_turn', { finish_reason: 'stop' }],
  ['max_tokens', { finish_reason: 'length' }],
  ['tool_use', { finish_reason: 'tool_calls' }],
  ['malformed_model_output', { finish_reason: 'length', stop_reason: 'malformed_model_output' }],
  ['malformed_tool_use', { finish_reason: 'length', stop_reason: 'malformed_tool_use' }],
  [
    'guardrail_intervened',
    { finish_reason: 'content_filter', stop_reason: 'guardrail_intervened' },
  ],
  ['something_new', { finish_reason: 'stop', stop_reason: 'something_new' }],
])('an answer that stopped with %s ends with %j, streamed and whole', (stopReason, end) => {
  const encoding = createCompletionEncoding(0, { includesUsage: false });
  const [line = ''] = encoding.encode({ type: 'turn-stop', stopReason }).split('\n');
  const choice = { index: 0, delta: {}, ...end };
  expect(JSON.parse(line.slice('data: '.length)).choices).toEqual([choice]);
  const head = { id: 'x', model: 'm', created: 0 };
  const [whole] = toCompletion(head, { content: [], indexes: [], stopReason }).choices;
  const message = { role: 'assistant', content: '' };
  expect(whole).toEqual({ index: 0, message, ...end });
});
