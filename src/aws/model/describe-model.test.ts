import { expect, test } from 'vitest';
import { describeModel } from '#aws/model/describe-model.ts';
import { allModels, hasEnded } from '#local/bedrock/model/catalogue.ts';

const served = allModels.filter((model) => model.output === 'TEXT' && !hasEnded(model));

test.each(served)('$id has its name and its inputs', ({ id, name, inputs, traits }) => {
  const described = describeModel(id);
  expect(described.name).toBe(name);
  expect(described.input.includes('image')).toBe(inputs.includes('IMAGE'));
  // Of some models it is not known whether they accept documents. The page offers none then.
  expect(!described.input.includes('document') || traits.documents).toBe(true);
});

test('a profile has the name of its model, and an unknown model accepts text', () => {
  expect(describeModel('us.anthropic.claude-haiku-4-5-20251001-v1:0')).toEqual({
    name: 'Claude Haiku 4.5',
    input: ['text', 'image', 'document'],
  });
  expect(describeModel('acme.new-thing-2-v3:0')).toEqual({ name: 'New Thing 2', input: ['text'] });
});
