import { BedrockError, invalid } from '#local/bedrock/bedrock-error.ts';

/** What is known of a model: enough to refuse what the real one would. */
export interface ModelFacts {
  readonly id: string;
  readonly maxOutputTokens: number;
  /** Tokens that arrive together in one delta. */
  readonly tokensPerDelta: number;
  /** Whether only an inference profile gives access. */
  readonly profileOnly: boolean;
}

/** Bedrock's text models in November 2026: id, output limit, tokens a delta, profile only. */
const catalogue: readonly (readonly [string, number, number, boolean])[] = [
  ['anthropic.claude-haiku-4-5-20251001-v1:0', 64_000, 4, true],
  ['anthropic.claude-sonnet-4-5-20250929-v1:0', 64_000, 4, true],
  ['anthropic.claude-opus-4-5-20251101-v1:0', 64_000, 4, true],
  ['anthropic.claude-opus-4-6-v1', 128_000, 4, true],
  ['anthropic.claude-sonnet-4-6', 64_000, 4, true],
  ['anthropic.claude-opus-4-7', 128_000, 4, true],
  ['anthropic.claude-opus-4-8', 128_000, 4, true],
  ['anthropic.claude-sonnet-5', 128_000, 4, true],
  ['anthropic.claude-opus-5', 128_000, 4, true],
  ['amazon.nova-micro-v1:0', 10_000, 1, false],
  ['amazon.nova-lite-v1:0', 10_000, 1, false],
  ['amazon.nova-pro-v1:0', 10_000, 1, false],
  ['amazon.nova-2-lite-v1:0', 64_000, 1, true],
  ['meta.llama3-3-70b-instruct-v1:0', 8_192, 1, true],
  ['meta.llama4-scout-17b-instruct-v1:0', 8_192, 1, true],
  ['meta.llama4-maverick-17b-instruct-v1:0', 8_192, 1, true],
  ['mistral.mistral-large-3-675b-instruct', 32_000, 1, false],
  ['qwen.qwen3-32b-v1:0', 32_000, 1, false],
  ['deepseek.r1-v1:0', 32_768, 1, true],
  ['deepseek.v3.2', 32_768, 1, false],
  ['openai.gpt-oss-20b-1:0', 128_000, 1, false],
  ['openai.gpt-oss-120b-1:0', 128_000, 1, false],
];

const models = new Map(
  catalogue.map(([id, maxOutputTokens, tokensPerDelta, profileOnly]) => [
    id,
    { id, maxOutputTokens, tokensPerDelta, profileOnly },
  ]),
);

/** Models that have been switched off. */
const ended =
  /^(?:anthropic\.claude-(?:v2|instant|3-|opus-4-20250514|sonnet-4-20250514)|cohere\.command|amazon\.(?:titan-text|nova-premier|nova-canvas|nova-reel)|meta\.llama3-(?:1-405b|2-))/u;

/** The model behind an id, an inference profile or an ARN of either. Throws Bedrock's refusals. */
export function findModel(modelId: string): ModelFacts {
  const name = modelId.startsWith('arn:') ? (modelId.split('/').at(-1) ?? '') : modelId;
  const [, profile, base] = /^((?:us|eu|apac|jp|au|us-gov|global)\.)?(.+)$/u.exec(name) ?? [];
  if (base === undefined) throw invalid('The provided model identifier is invalid.');
  if (ended.test(base)) throw endOfLife();
  const model = models.get(base);
  if (model === undefined) throw invalid('The provided model identifier is invalid.');
  if (model.profileOnly && profile === undefined) throw profileNeeded(modelId);
  return model;
}

function endOfLife(): BedrockError {
  const message =
    'This model version has reached the end of its life. ' +
    'Please refer to the AWS documentation for more details.';
  return new BedrockError(404, 'ResourceNotFoundException', message);
}

function profileNeeded(modelId: string): BedrockError {
  return invalid(
    `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your ` +
      'request with the ID or ARN of an inference profile that contains this model.',
  );
}
