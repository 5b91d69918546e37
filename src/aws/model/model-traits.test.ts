import { expect, test } from 'vitest';
import { findModelFacts } from '#aws/model/model-facts.ts';
import { traitsOf } from '#aws/model/model-traits.ts';
import { providers } from '#models/providers.ts';
import { traitsOf as factsOf } from '#models/traits.ts';

const served = providers.flatMap((file) =>
  file.models
    .filter(({ output, lifecycle }) => output === 'TEXT' && lifecycle.status !== 'ended')
    .map(({ id, traits }) => ({ id, facts: factsOf(file, traits) })),
);

test.each(served)('$id has its settings, with a profile and without', ({ id, facts }) => {
  const { efforts, thinks, promptCaches } = traitsOf(`us.${id}`);
  const { effort = [], enabled = false, adaptive = false } = facts.thinking ?? {};
  expect(efforts).toEqual(facts.effortIn === undefined ? [] : effort);
  expect(thinks).toBe(facts.nativeSchema === 'anthropic' && (adaptive || enabled));
  expect(promptCaches).toEqual(facts.cache?.ttls ?? []);
  expect(traitsOf(id)).toEqual(traitsOf(`us.${id}`));
});

test.each([
  ['us.anthropic.claude-opus-4-8', 'adaptive'],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'budget'],
  ['amazon.nova-lite-v1:0', undefined],
])('%s thinks: %s', (id, thinking) => {
  expect(findModelFacts(id).facts?.thinking).toBe(thinking);
});

test('a model of which nothing is known has no settings', () => {
  expect(traitsOf('acme.model-v1')).toEqual({ efforts: [], thinks: false, promptCaches: [] });
});
