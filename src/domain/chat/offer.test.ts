import { expect, test } from 'vitest';
import { offerOf, type ModelInput } from '#domain/chat/offer.ts';
import { toOfferJson } from '#protocol/chat/offer-json.ts';
import { createTable } from '#aws/dynamo/table.ts';
import { createManualClock } from '#local/process/clock.ts';
import { createToolbox } from '#tools/toolbox.ts';

const choices = {
  models: ['us.haiku', 'eu.haiku', 'nova'],
  agents: { helper: 'arn' },
  knowledgeBases: { docs: 'ID' },
  mcpServers: { city: 'https://city.example' },
  maxOutputTokens: 4_096,
  settings: {
    defaults: { effort: 'low' },
    serviceTiers: ['default', 'flex'],
    traits: {
      'us.haiku': { efforts: [], thinks: true, promptCaches: ['5m', '1h'] },
      nova: { efforts: ['low', 'high'], thinks: false, promptCaches: ['5m'] },
    },
  },
} as const;

const describe = (id: string) => {
  const input: readonly ModelInput[] = id === 'nova' ? ['text', 'document'] : ['text', 'image'];
  return { name: id.replace(/^.*\./u, ''), input };
};

test('models with the same name have their ids in it, and automatic accepts what all accept', () => {
  const { models } = offerOf(choices, describe);
  expect(models.map(({ name }) => name)).toEqual([
    'haiku (us.haiku)',
    'haiku (eu.haiku)',
    'nova',
    'Automatic',
  ]);
  expect(models.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['us.haiku']);
  expect(models.at(-1)).toMatchObject({ id: 'auto', input: ['text'] });
});

test('a setting is offered for the models that have it, and automatic has those of any', () => {
  const { models, service_tiers, defaults } = toOfferJson(offerOf(choices, describe));
  expect(models).toMatchObject([
    { id: 'us.haiku', thinking: true, prompt_caches: ['5m', '1h'] },
    { id: 'eu.haiku' },
    { id: 'nova', efforts: ['low', 'high'], prompt_caches: ['5m'] },
    { id: 'auto', efforts: ['low', 'high'], thinking: true, prompt_caches: ['5m', '1h'] },
  ]);
  for (const field of ['efforts', 'thinking', 'prompt_caches']) {
    expect(models[1]).not.toHaveProperty(field);
  }
  expect([service_tiers, defaults]).toEqual([['default', 'flex'], { effort: 'low' }]);
});

test('addresses of agents, knowledge bases and servers are not part of an offer', () => {
  const offer = JSON.stringify(offerOf(choices, describe));
  for (const secret of ['arn', 'ID"', 'city.example']) expect(offer).not.toContain(secret);
});

test('a set of tools needs approval if one of its tools writes', async () => {
  const table = createTable('conversations', async () => ({}));
  const toolbox = createToolbox(table, choices, createManualClock(0));
  const builtIn = offerOf(choices, describe).tools.filter(({ name }) => name !== 'city');
  for (const { name, needsApproval } of builtIn) {
    const { tools } = await toolbox.open([name], new AbortController().signal);
    expect([name, tools.some(({ writes }) => writes)]).toEqual([name, needsApproval]);
  }
});
