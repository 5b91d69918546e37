import { expect, test } from 'vitest';
import { parseChatRequest } from '#protocol/chat/chat-request.ts';
import { parseInvokeRequest } from '#protocol/model/invoke-request.ts';
import { parseOpenAiRequest } from '#protocol/openai/openai-request.ts';
import { parseTaskRequest } from '#protocol/task/task-request.ts';

/** Valid requests that have every kind of object inside. */
const requests: readonly (readonly [(body: string) => unknown, object])[] = [
  [
    parseChatRequest,
    {
      message: 'Hi',
      inference: { temperature: 1 },
      knowledge_base: { name: 'handbook', mode: 'retrieve' },
      metadata: { team: 'sales' },
    },
  ],
  [
    parseTaskRequest,
    { prompt: 'Hi', inference: {}, metadata: {}, callback_url: 'https://example.org' },
  ],
  [parseInvokeRequest, { bedrockParams: { modelId: 'm' }, modelParams: { prompt: 'Hi' } }],
  [
    parseOpenAiRequest,
    {
      model: 'auto',
      stream: true,
      stream_options: { include_usage: true },
      response_format: { type: 'text' },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    },
  ],
];

/** Returns copies of a value, each with one object inside replaced by an empty list. */
function withList(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => withList(item).map((changed) => value.with(at, changed)));
  }
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([name, item]) =>
    withList(item).map((changed) =>
      Object.fromEntries([...Object.entries(value), [name, changed]]),
    ),
  );
  return [[], ...inside];
}

const cases = requests.flatMap(([parse, request]) =>
  withList(request).map((changed) => [JSON.stringify(changed), parse] as const),
);

test.each(requests)('%o accepts the request itself', (parse, request) => {
  expect(() => parse(JSON.stringify(request))).not.toThrow();
});

test.each(cases)('%s is rejected, because an object is expected', (body, parse) => {
  expect(() => parse(body)).toThrow();
});
