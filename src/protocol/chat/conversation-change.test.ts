import { expect, test } from 'vitest';
import { parseConversationChange } from '#protocol/chat/conversation-change.ts';

const parse = (body: object) => parseConversationChange(JSON.stringify(body));

test('settings are stored as they were sent, and mean what they mean in a chat request', () => {
  const settings = {
    model: 'nova',
    system: 'Be brief.',
    inference: { max_tokens: 100, temperature: 0.5 },
    knowledge_base: 'docs',
    tools: ['time'],
  };
  expect(parse({ title: ' Rivers ', settings })).toMatchObject({
    title: 'Rivers',
    settings,
    options: {
      modelId: 'nova',
      system: 'Be brief.',
      inference: { maxTokens: 100, temperature: 0.5 },
      knowledge: { name: 'docs', mode: 'retrieve' },
      toolSets: ['time'],
    },
  });
});

test('empty settings remove the earlier ones, and absent ones do not', () => {
  expect(parse({ settings: {} }).settings).toEqual({});
  expect(parse({ title: 'Rivers' }).settings).toBeUndefined();
});

test.each([
  [{}, 'title: is required, or settings'],
  [{ settings: null }, 'settings: must be an object'],
  [{ settings: [] }, 'settings: must be an object'],
  [{ settings: { format: 'ui' } }, 'settings.format: is not a field of this request'],
  [{ settings: { inference: { top_p: 2 } } }, 'settings.inference.top_p: must be from 0 to 1'],
  [{ settings: { agent: 'a', model: 'b' } }, 'settings.model: cannot be set together with agent'],
  [{ title: 'x'.repeat(81), settings: {} }, 'title: must be at most 80 characters'],
])('%j is refused with the field that is wrong', (body, message) => {
  expect(() => parse(body)).toThrow(message);
});
