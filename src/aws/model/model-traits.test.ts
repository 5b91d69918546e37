import { expect, test } from 'vitest';
import { reasoningOf, traitsOf } from '#aws/model/model-traits.ts';
import { providers } from '#models/providers.ts';
import { traitsOf as factsOf } from '#models/traits.ts';

const served = providers.flatMap((file) =>
  file.models
    .filter(({ output, lifecycle }) => output === 'TEXT' && lifecycle.status !== 'ended')
    .map(({ id, traits }) => ({ id, facts: factsOf(file, traits) })),
);

test.each(served)('$id is asked for nothing that it is not known to have', ({ id, facts }) => {
  const { efforts, thinks, promptCaches } = traitsOf(`us.${id}`);
  const { effort = [], enabled = false, adaptive = false } = facts.thinking ?? {};
  expect(effort).toEqual(expect.arrayContaining([...efforts]));
  expect(facts.cache?.ttls ?? []).toEqual(expect.arrayContaining([...promptCaches]));
  const known = { adaptive, budget: enabled };
  const { thinking } = reasoningOf(id);
  expect(thinks).toBe(thinking !== undefined);
  expect(thinking === undefined || known[thinking]).toBe(true);
});

test('Claude from 4.5 on has all that is known of it, except for new caches', () => {
  const claude = served.filter(({ id }) => /claude-(?:haiku|sonnet|opus)-(?:4-[5-8]|5)/u.test(id));
  expect(claude.length).toBeGreaterThan(7);
  for (const { id, facts } of claude) expect(traitsOf(id).efforts).toEqual(facts.thinking?.effort);
});

test('a model of which nothing is known has no settings', () => {
  expect(traitsOf('acme.model-v1')).toEqual({ efforts: [], thinks: false, promptCaches: [] });
});
