import { count, flag, list, matching, oneOf, type ReadText } from '#infra/setting-values.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';

type ModelSettings = Pick<
  StreambedProps,
  | 'models'
  | 'invokeModels'
  | 'langchainModel'
  | 'langchainRegion'
  | 'fallbacks'
  | 'documentModel'
  | 'maxOutputTokens'
  | 'maxHistoryTokens'
  | 'titles'
  | 'effort'
  | 'thinking'
  | 'serviceTiers'
  | 'promptCache'
  | 'guardrail'
>;

/** What makes the titles of conversations. */
export const titleSources = ['model', 'words'] as const;

const defaultModels = ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'amazon.nova-lite-v1:0'];

/** Returns the settings about models. Throws an error that names the invalid setting. */
export function readModelSettings(text: ReadText): ModelSettings {
  const models = modelIds('models', text('models') ?? defaultModels.join(','));
  const [first = ''] = models;
  const [langchainModel = ''] = modelIds('langchainModel', text('langchainModel') ?? first);
  const defaultFallbacks = text('models') === undefined ? defaultModels.join('>') : '';
  return {
    models,
    invokeModels: modelIds('invokeModels', text('invokeModels') ?? models.join(',')),
    langchainModel,
    langchainRegion: matching('langchainRegion', text('langchainRegion'), {
      pattern: /^[a-z]{2}(?:-[a-z]+)+-\d$/u,
      expectation: 'must be a Region like eu-west-1',
    }),
    fallbacks: fallbacks(text('fallbacks') ?? defaultFallbacks, models),
    documentModel: documentModel(text('documentModel') ?? 'amazon.nova-lite-v1:0'),
    maxOutputTokens: count('maxOutputTokens', text('maxOutputTokens') ?? '4096'),
    maxHistoryTokens: count('maxHistoryTokens', text('maxHistoryTokens') ?? '16000'),
    titles: oneOf('titles', text('titles') ?? 'model', titleSources),
    ...readCallSettings(text),
  };
}

type CallSettings = Pick<
  StreambedProps,
  'effort' | 'thinking' | 'serviceTiers' | 'promptCache' | 'guardrail'
>;

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
const serviceTiers = ['default', 'flex', 'priority', 'reserved'] as const;

/** Reads how models are called. Models without one of these settings are called without it. */
function readCallSettings(text: ReadText): CallSettings {
  const effort = text('effort');
  const tiers = list('serviceTier', text('serviceTier') ?? 'default');
  const guardrail = matching('guardrail', text('guardrail'), {
    pattern: /^[a-z\d]+:(?:DRAFT|[1-9]\d{0,7})$/u,
    expectation: 'must be the id and the version of a guardrail, such as abc123def456:1',
  });
  if (guardrail !== undefined && text('langchainRegion') !== undefined) {
    throw new Error(
      'guardrail: cannot be set together with langchainRegion, because a guardrail is in one Region',
    );
  }
  return {
    effort: effort === undefined ? undefined : oneOf('effort', effort, efforts),
    thinking: flag('thinking', text('thinking')),
    serviceTiers: tiers.map((tier) => oneOf('serviceTier', tier, serviceTiers)),
    promptCache: oneOf('promptCache', text('promptCache') ?? '5m', ['5m', '1h']),
    guardrail,
  };
}

/** Returns the environment variables with the settings that requests do not choose. */
export function toCallVariables({
  serviceTiers: tiers,
  guardrail = '',
}: CallSettings): Readonly<Record<string, string>> {
  return { SERVICE_TIERS: tiers.join(','), GUARDRAIL: guardrail };
}

/** A provider and a name, such as `amazon.nova-lite-v1:0`; inference profiles have a prefix. */
const modelId = /^(?:(?:us|eu|apac|jp|au|global)\.)?[a-z\d-]+\.[a-z\d][\w.:-]*$/u;

function modelIds(name: string, value: string): readonly string[] {
  return list(name, value).map((id) => {
    if (modelId.test(id)) return id;
    throw new Error(
      `${name}: must be ids of Bedrock models or inference profiles, such as ${defaultModels[1]}, not ${id}`,
    );
  });
}

/** Checks chains of models, `a>b>c,d>e`. There may be none. */
function fallbacks(value: string, models: readonly string[]): string {
  const chains = value.split(',').filter((chain) => chain !== '');
  for (const chain of chains) {
    const ids = chain.split('>');
    const stranger = ids.find((id) => !models.includes(id));
    if (ids.length > 1 && stranger === undefined) continue;
    throw new Error(
      `fallbacks: must be chains like a>b of models in the setting models, not ${chain}`,
    );
  }
  return value;
}

/** Workflows parse the native answers of a model, and support only the formats of these two. */
function documentModel(model: string): string {
  if (/anthropic\.|amazon\.nova/u.test(model)) return model;
  throw new Error('documentModel: must be a Claude or Nova model');
}
