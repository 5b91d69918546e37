import { expect, test } from 'vitest';
import { choicesWith } from './choices.ts';

const model = { id: 'm', name: 'M', input: ['text' as const] };
const choices = { model: 'other', effort: 'max', thinking: true, prompt_cache: '1h' };

test('another model is chosen without the settings that it does not have', () => {
  expect(choicesWith(model, choices)).toEqual({ model: 'm' });
  const able = {
    ...model,
    is_default: true as const,
    efforts: ['high' as const, 'max' as const],
    thinking: true as const,
    prompt_caches: ['5m' as const, '1h' as const],
  };
  const { model: _, ...settings } = choices;
  expect(choicesWith(able, choices)).toEqual(settings);
});
