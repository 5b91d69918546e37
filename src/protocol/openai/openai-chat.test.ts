import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { expect, test } from 'vitest';
import { invalidRequest } from '#domain/errors.ts';
import {
  createCompletionEncoding,
  toCompletion,
  toOpenAiError,
} from '#protocol/openai/openai-chat.ts';
import { parseOpenAiRequest } from '#protocol/openai/openai-request.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';

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

test('effort and service tier have the names of OpenAI, in requests and in errors', () => {
  const parse = (fields: object) => {
    const messages = [{ role: 'user', content: 'Hi' }];
    return parseOpenAiRequest(JSON.stringify({ model: 'm', messages, ...fields })).chat;
  };
  const settings = { reasoning_effort: 'high', service_tier: 'flex' };
  expect(parse(settings)).toMatchObject({ effort: 'high', serviceTier: 'flex' });
  expect(parse({ reasoning_effort: 'none', service_tier: 'auto' })).toMatchObject({
    effort: undefined,
    serviceTier: undefined,
  });
  expect(() => parse({ reasoning_effort: 'most' })).toThrow('reasoning_effort: must be one of');
  const error = toOpenAiError(invalidRequest('effort', 'is not available with this model'));
  const message = 'reasoning_effort: is not available with this model';
  expect(error).toMatchObject({ error: { message, param: 'reasoning_effort' } });
});

test('calls are numbered from 0 among themselves, as the stream helper of OpenAI wants them', async () => {
  const call = (index: number, name: string): readonly TurnEvent[] => [
    { type: 'block-start', index, toolUseId: `id-${name}`, name },
    { type: 'tool-input-delta', index, json: '{}' },
    { type: 'block-stop', index },
  ];
  const encoding = createCompletionEncoding(0, { includesUsage: false });
  const events: readonly TurnEvent[] = [
    { type: 'turn-start', turnId: 't1', modelId: 'm' },
    { type: 'message-start' },
    { type: 'reasoning-delta', index: 0, text: 'Hm.' },
    { type: 'text-delta', index: 1, text: 'I look.' },
    ...call(2, 'first'),
    ...call(3, 'second'),
    { type: 'turn-stop', stopReason: 'tool_use' },
  ];
  const lines = events.map((event) => encoding.encode(event)).join('');
  const chunks = [...lines.matchAll(/^data: (\{.*)$/gmu)].map(([, chunk]) => `${chunk}\n`);
  const readable = new Blob(chunks).stream();
  const { choices } = await ChatCompletionStream.fromReadableStream(readable).finalChatCompletion();
  const names = choices[0]?.message.tool_calls?.map(({ id }) => id);
  expect(names).toEqual(['id-first', 'id-second']);
});
