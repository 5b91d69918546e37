import { expect, test } from 'vitest';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';

const variables = {
  CONVERSATIONS_TABLE: 't',
  ANSWERS_BUCKET: 'b',
  MODELS: 'us.a,b,eu.c',
  MAX_OUTPUT_TOKENS: '100',
  MAX_HISTORY_TOKENS: '1000',
  REQUESTS_PER_MINUTE: '600',
  TOKENS_PER_DAY: '5000000',
  USD_PER_DAY: '25',
};

test('a complete environment is read, and optional features are off by default', () => {
  expect(readChatEnvironment(variables)).toMatchObject({
    models: ['us.a', 'b', 'eu.c'],
    fallbacks: {},
    allowAnonymous: false,
    client: 'own',
    titles: 'model',
  });
  const { fallbacks } = readChatEnvironment({ ...variables, MODEL_FALLBACKS: 'us.a>b' });
  expect(fallbacks).toEqual({ 'us.a': ['b'] });
  const { client } = readChatEnvironment({ ...variables, BEDROCK_CLIENT: 'sdk' });
  expect(client).toBe('sdk');
});

test.each([
  [{ MODELS: '' }, 'MODELS: must be set'],
  [{ CONVERSATIONS_TABLE: undefined }, 'CONVERSATIONS_TABLE: must be set'],
  [{ MAX_OUTPUT_TOKENS: 'many' }, 'MAX_OUTPUT_TOKENS: must be a whole number above 0'],
  [{ BEDROCK_CLIENT: 'other' }, 'BEDROCK_CLIENT: must be own or sdk'],
  [{ TITLES: 'none' }, 'TITLES: must be model or words'],
  [{ MODEL_FALLBACKS: 'us.a>d' }, 'MODEL_FALLBACKS: d must be one of MODELS'],
  [{ MODEL_FALLBACKS: 'us.a>eu.c' }, 'eu.c may run outside the Regions of us.a'],
  [{ MODEL_FALLBACKS: 'b>us.a' }, 'us.a may run outside the Regions of b'],
])('%j is refused with an error that names the variable', (change, message) => {
  expect(() => readChatEnvironment({ ...variables, ...change })).toThrow(message);
});
