import { readdirSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { ModelEntry, ProviderFile } from '#models/facts.ts';
import { providers } from '#models/providers.ts';
import { traitsOf } from '#models/traits.ts';

const text = v.pipe(v.string(), v.trim(), v.minLength(1));
const tokens = v.pipe(v.number(), v.integer(), v.minValue(1));
const dollars = v.pipe(v.number(), v.gtValue(0));
const day = v.pipe(v.string(), v.isoDate(), v.check(isRealDay, 'no such day'));
const parameter = v.exactOptional(v.picklist(['accepted', 'deprecated']));

const traits = v.strictObject({
  like: v.exactOptional(text),
  system: v.exactOptional(v.boolean()),
  systemMessages: v.exactOptional(v.boolean()),
  documents: v.exactOptional(v.boolean()),
  effortIn: v.exactOptional(v.picklist(['outputConfig', 'reasoning_effort'])),
  largeDocuments: v.exactOptional(v.array(text)),
  structuredOutput: v.exactOptional(v.boolean()),
  tools: v.exactOptional(v.boolean()),
  systemTools: v.exactOptional(v.array(v.string())),
  toolStreaming: v.exactOptional(v.boolean()),
  toolChoice: v.exactOptional(v.array(v.picklist(['auto', 'any', 'tool']))),
  mixesTextAndToolUse: v.exactOptional(v.boolean()),
  strictTools: v.exactOptional(v.boolean()),
  serverTools: v.exactOptional(v.boolean()),
  sampling: v.exactOptional(
    v.strictObject({
      temperature: parameter,
      topP: parameter,
      topK: parameter,
      exclusive: v.exactOptional(v.boolean()),
    }),
  ),
  thinking: v.exactOptional(
    v.strictObject({
      enabled: v.boolean(),
      adaptive: v.boolean(),
      effort: v.array(v.picklist(['minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
      always: v.exactOptional(v.boolean()),
      effortNeedsThinking: v.exactOptional(v.boolean()),
    }),
  ),
  reasoning: v.exactOptional(v.picklist(['never', 'on-request', 'always'])),
  takesReasoning: v.exactOptional(v.boolean()),
  signsReasoning: v.exactOptional(v.boolean()),
  acceptsSignature: v.exactOptional(v.boolean()),
  cache: v.exactOptional(
    v.strictObject({
      minTokens: tokens,
      ttls: v.pipe(v.array(v.picklist(['5m', '1h'])), v.minLength(1)),
      places: v.pipe(v.array(v.picklist(['system', 'messages', 'tools'])), v.minLength(1)),
      afterToolResults: v.exactOptional(v.boolean()),
    }),
  ),
  prefill: v.exactOptional(v.picklist(['accepted', 'trimmed', 'refused'])),
  nativeSchema: v.exactOptional(
    v.picklist(['anthropic', 'nova', 'openai-chat', 'openai-responses']),
  ),
  toolInput: v.exactOptional(v.picklist(['fragments', 'whole'])),
  tokensPerDelta: v.exactOptional(tokens),
  quotaPerOutputToken: v.exactOptional(tokens),
  dimensions: v.exactOptional(tokens),
});

const model = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9-]+\.[a-z0-9.-]+(?::\d+)?$/u)),
  name: text,
  format: v.picklist([
    'anthropic',
    'anthropic-text',
    'nova',
    'titan-text',
    'titan-embed',
    'nova-embed',
    'cohere-embed',
    'llama',
    'mistral-text',
    'chat',
    'cohere-command',
    'cohere-chat',
    'jamba',
    'deepseek-r1',
  ]),
  traits: text,
  contextTokens: v.exactOptional(tokens),
  maxOutputTokens: v.exactOptional(tokens),
  inputs: v.pipe(v.array(v.picklist(['TEXT', 'IMAGE', 'VIDEO', 'AUDIO'])), v.minLength(1)),
  output: v.picklist(['TEXT', 'EMBEDDING']),
  profiles: v.array(v.picklist(['us', 'eu', 'apac', 'jp', 'au', 'ca', 'in', 'us-gov', 'global'])),
  onDemand: v.boolean(),
  shortIds: v.exactOptional(v.array(text)),
  lifecycle: v.strictObject({
    status: v.picklist(['active', 'legacy', 'ended']),
    ends: v.exactOptional(day),
  }),
  price: v.exactOptional(
    v.strictObject({
      input: dollars,
      output: dollars,
      cacheRead: v.exactOptional(dollars),
      cacheWrite: v.exactOptional(dollars),
      cacheWrite1h: v.exactOptional(dollars),
      regional: v.exactOptional(v.pipe(v.number(), v.minValue(1))),
    }),
  ),
  sources: v.pipe(v.array(text), v.minLength(1)),
  checked: day,
});

const file: v.GenericSchema<unknown, ProviderFile> = v.strictObject({
  provider: text,
  traits: v.record(v.string(), traits),
  models: v.pipe(v.array(model), v.minLength(1)),
});

const models = providers.flatMap((each) => each.models.map((entry) => ({ ...entry, file: each })));

test.each(providers)('the file of $provider is well formed', (provider) => {
  expect(v.safeParse(file, provider).issues).toBeUndefined();
});

test('every file of the folder is a provider', () => {
  const files = readdirSync('models').filter((name) => name.endsWith('.json'));
  expect(providers).toHaveLength(files.length);
});

test('ids and short ids are unique', () => {
  const ids = models.flatMap(({ id, shortIds = [] }) => [id, ...shortIds]);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('every model has traits, and all traits are used', () => {
  for (const each of models) expect(traitsOf(each.file, each.traits)).toBeDefined();
  const unused = providers.flatMap(({ traits: all, models: entries }) => {
    const likes = Object.values(all).map(({ like }) => like);
    const used = new Set([...entries.map((each) => each.traits), ...likes]);
    return Object.keys(all).filter((name) => !used.has(name));
  });
  expect(unused).toEqual([]);
});

test('traits that do not exist are reported', () => {
  const faulty = { provider: 'Acme', traits: { a: { like: 'b' } }, models: [] };
  expect(() => traitsOf(faulty, 'a')).toThrow('models: Acme has no traits b');
});

test('a model that has a day of its end has ended on that day', () => {
  const late = models.filter((each) => {
    const { ends = each.checked } = each.lifecycle;
    return isEnded(each) ? ends > each.checked : ends < each.checked;
  });
  expect(late.map(({ id }) => id)).toEqual([]);
});

function isEnded({ lifecycle }: ModelEntry): boolean {
  return lifecycle.status === 'ended';
}

/** 31 February has the form of a day. */
function isRealDay(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
