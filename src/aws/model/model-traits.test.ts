import { expect, test } from 'vitest';
import { traitsOf } from '#aws/model/model-traits.ts';
import { providers } from '#models/providers.ts';
import { traitsOf as factsOf } from '#models/traits.ts';

const served = providers.flatMap((file) =>
  file.models
    .filter(({ output, lifecycle }) => output === 'TEXT' && lifecycle.status !== 'ended')
    .map(({ id, traits }) => ({ id, facts: factsOf(file, traits) })),
);

test.each(served)('$id has the settings that are known of it', ({ id, facts }) => {
  const { efforts, thinks, promptCaches } = traitsOf(`us.${id}`);
  const { effort = [], enabled = false, adaptive = false } = facts.thinking ?? {};
  // Nova 2 has all three, and is asked for none.
  const isAsked = !id.startsWith('amazon.nova-2');
  expect(efforts).toEqual(isAsked ? effort : []);
  expect(thinks).toBe(isAsked && (enabled || adaptive));
  expect(promptCaches).toEqual(isAsked ? (facts.cache?.ttls ?? []) : []);
});

test('a model of which nothing is known has no settings', () => {
  expect(traitsOf('acme.model-v1')).toEqual({ efforts: [], thinks: false, promptCaches: [] });
});
