import { expect, test } from 'vitest';
import { assertSettings, planSettings } from '#domain/chat/plan-settings.ts';
import type { ChatOptions } from '#domain/chat/chat-request.ts';

const policy = {
  models: ['opus', 'nova'],
  settings: {
    defaults: { effort: 'medium', promptCache: '5m' },
    serviceTiers: ['flex', 'default'],
    traits: {
      opus: { efforts: ['low', 'medium', 'max'], thinks: true, promptCaches: ['5m', '1h'] },
      nova: { efforts: [], thinks: false, promptCaches: ['5m'] },
    },
  },
} as const;

const knowledge = { name: 'docs', mode: 'retrieve_and_generate' } as const;

test.each<readonly [Partial<ChatOptions>, string]>([
  [{ effort: 'xhigh' }, 'effort: must be one of low, medium, max'],
  [{ modelId: 'nova', effort: 'low' }, 'effort: is not available with this model'],
  [{ modelId: 'auto', effort: 'high' }, 'effort: must be one of low, medium, max'],
  [{ serviceTier: 'priority' }, 'service_tier: must be one of flex, default'],
  [{ modelId: 'nova', promptCache: '1h' }, 'prompt_cache: must be one of 5m'],
  [{ modelId: 'nova', thinking: true }, 'thinking: is not available with this model'],
  [
    { thinking: true, inference: { temperature: 0 } },
    'thinking: cannot be combined with inference.temperature',
  ],
  [{ thinking: true, inference: { topP: 1 } }, 'thinking: cannot be combined with inference.top_p'],
  [
    { thinking: true, inference: { maxTokens: 1_024 } },
    'inference.max_tokens: must be above 1024 for thinking',
  ],
  [{ knowledge, effort: 'low' }, 'effort: cannot be combined with retrieve_and_generate'],
])('%j is refused: %s', (options, message) => {
  expect(() => assertSettings({ inference: {}, ...options }, policy)).toThrow(message);
});

test.each<Partial<ChatOptions>>([
  {},
  { effort: 'max', thinking: true, serviceTier: 'default', promptCache: '1h' },
  { modelId: 'auto', effort: 'low', thinking: true },
  { modelId: 'nova', thinking: false, promptCache: '5m' },
  { knowledge },
])('%j is accepted', (options) => {
  expect(() => assertSettings({ inference: {}, ...options }, policy)).not.toThrow();
});

test('a request gets the settings of the deployment where it has none of its own', () => {
  expect(planSettings({}, policy)).toEqual({
    effort: 'medium',
    thinking: undefined,
    serviceTier: 'flex',
    promptCache: '5m',
  });
  const own = {
    effort: 'low',
    thinking: false,
    serviceTier: 'default',
    promptCache: '1h',
  } as const;
  // The standard tier needs no word.
  expect(planSettings(own, policy)).toEqual({ ...own, serviceTier: undefined });
});
