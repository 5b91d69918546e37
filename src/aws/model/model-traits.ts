import { minCacheTokensOf } from '#aws/model/cache-points.ts';
import { efforts, type Effort, type ModelTraits } from '#domain/model-settings.ts';

/** How a request to a model asks for effort and for thinking. */
interface Row {
  readonly models: RegExp;
  readonly efforts: readonly Effort[];
  /** The member with the effort: Converse's own, or one that it passes on to the model. */
  readonly effortIn?: 'output-config' | 'reasoning-effort';
  /** Whether the model decides how much it thinks, or needs a number of tokens. */
  readonly thinking?: 'adaptive' | 'budget';
}

/*
 * As of November 2026: "Adaptive thinking" and "Extended thinking" in Bedrock's user guide, "Effort"
 * in Anthropic's documentation, and OpenAI's of its open models. A test compares this with the facts
 * about models. Left out, so that they are not asked: Nova 2 and OpenAI's other models.
 */
const rows: readonly Row[] = [
  {
    models: /anthropic\.claude-(?:opus-4-[78]|(?:opus|sonnet|haiku)-5|fable|mythos)/u,
    efforts,
    effortIn: 'output-config',
    thinking: 'adaptive',
  },
  {
    models: /anthropic\.claude-(?:opus|sonnet)-4-6/u,
    efforts: ['low', 'medium', 'high', 'max'],
    effortIn: 'output-config',
    thinking: 'adaptive',
  },
  {
    models: /anthropic\.claude-opus-4-5/u,
    efforts: ['low', 'medium', 'high'],
    effortIn: 'output-config',
    thinking: 'budget',
  },
  { models: /anthropic\.claude-(?:sonnet|haiku)-4-5/u, efforts: [], thinking: 'budget' },
  {
    models: /openai\.gpt-oss/u,
    efforts: ['low', 'medium', 'high'],
    effortIn: 'reasoning-effort',
  },
];

const noRow: Omit<Row, 'models'> = { efforts: [] };

/** Returns how a model is asked for effort and for thinking. */
export function reasoningOf(modelId: string): Omit<Row, 'models'> {
  return rows.find(({ models }) => models.test(modelId)) ?? noRow;
}

/** Claude from 4.5 on keeps a prompt for an hour, too (Bedrock's user guide, "Prompt caching"). */
const cachesForAnHour =
  /anthropic\.claude-(?:(?:opus|sonnet|haiku)-(?:4-[5-9]|[5-9])|fable|mythos)/u;

/** Returns which settings a model has, by its id or its profile's. */
export function traitsOf(modelId: string): ModelTraits {
  const { efforts: own, thinking } = reasoningOf(modelId);
  const isCached = minCacheTokensOf(modelId) !== undefined;
  return {
    efforts: own,
    thinks: thinking !== undefined,
    promptCaches: isCached ? (cachesForAnHour.test(modelId) ? ['5m', '1h'] : ['5m']) : [],
  };
}
