import type { Family, ModelFacts } from '#local/bedrock/model/models.ts';

/** The properties that all models of a family share. */
type Traits = Omit<ModelFacts, 'id' | 'name' | 'contextTokens' | 'maxOutputTokens'>;

const chat: Traits = {
  provider: 'Qwen',
  family: 'chat',
  tokensPerDelta: 1,
  profileOnly: false,
  hasEnded: false,
  inputs: ['TEXT'],
  output: 'TEXT',
  supports: { system: true, tools: true, documents: true, structuredOutput: true },
  minCacheTokens: undefined,
  reasoning: 'never',
};

const textOnly: Traits['supports'] = {
  system: false,
  tools: false,
  documents: false,
  structuredOutput: false,
};

const claude: Traits = {
  ...chat,
  provider: 'Anthropic',
  family: 'anthropic',
  tokensPerDelta: 4,
  profileOnly: true,
  inputs: ['TEXT', 'IMAGE'],
  minCacheTokens: 1_024,
  reasoning: 'on-request',
};

/** Models that are not in AWS's list for structured outputs (langchain4j #4552 quotes it). */
const unstructured: Traits = { ...chat, supports: { ...chat.supports, structuredOutput: false } };

const nova: Traits = {
  ...unstructured,
  provider: 'Amazon',
  family: 'nova',
  inputs: ['TEXT', 'IMAGE', 'VIDEO'],
  minCacheTokens: 1_000,
};

const llama: Traits = { ...unstructured, provider: 'Meta', family: 'llama', profileOnly: true };
const embedding: Traits = {
  ...chat,
  provider: 'Amazon',
  family: 'titan-embed',
  output: 'EMBEDDING',
  supports: textOnly,
};

/** Models that AWS has retired. They answer only if `servesEnded` is set. */
const ended = (provider: string, family: Family, rest: Partial<Traits> = {}): Traits => ({
  ...chat,
  provider,
  family,
  hasEnded: true,
  supports: textOnly,
  ...rest,
});

const endedClaude = ended('Anthropic', 'anthropic', {
  tokensPerDelta: 4,
  inputs: ['TEXT', 'IMAGE'],
  supports: chat.supports,
  reasoning: 'on-request',
});

type Row = readonly [id: string, name: string, contextTokens: number, maxOutputTokens: number];

function rows(traits: Traits, ...entries: readonly Row[]): readonly ModelFacts[] {
  return entries.map(([id, name, contextTokens, maxOutputTokens]) =>
    Object.assign({}, traits, { id, name, contextTokens, maxOutputTokens }),
  );
}

/**
 * Bedrock's text and embedding models in November 2026. Ids and retirements are from public tables
 * of that month; limits are as published by the providers.
 */
export const catalogue: readonly ModelFacts[] = [
  ...rows(
    { ...claude, minCacheTokens: 4_096 },
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'Claude Haiku 4.5', 200_000, 64_000],
    ['anthropic.claude-opus-4-5-20251101-v1:0', 'Claude Opus 4.5', 200_000, 64_000],
    ['anthropic.claude-opus-4-6-v1', 'Claude Opus 4.6', 200_000, 128_000],
    ['anthropic.claude-opus-4-7', 'Claude Opus 4.7', 1_000_000, 128_000],
    ['anthropic.claude-opus-4-8', 'Claude Opus 4.8', 1_000_000, 128_000],
  ),
  ...rows(
    claude,
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'Claude Sonnet 4.5', 200_000, 64_000],
    ['anthropic.claude-sonnet-5', 'Claude Sonnet 5', 1_000_000, 128_000],
    ['anthropic.claude-opus-5', 'Claude Opus 5', 1_000_000, 128_000],
  ),
  ...rows({ ...claude, minCacheTokens: 2_048 }, [
    'anthropic.claude-sonnet-4-6',
    'Claude Sonnet 4.6',
    200_000,
    64_000,
  ]),
  ...rows({ ...nova, inputs: ['TEXT'] }, ['amazon.nova-micro-v1:0', 'Nova Micro', 128_000, 10_000]),
  ...rows(
    nova,
    ['amazon.nova-lite-v1:0', 'Nova Lite', 300_000, 10_000],
    ['amazon.nova-pro-v1:0', 'Nova Pro', 300_000, 10_000],
  ),
  ...rows({ ...nova, profileOnly: true, reasoning: 'on-request' }, [
    'amazon.nova-2-lite-v1:0',
    'Nova 2 Lite',
    1_000_000,
    64_000,
  ]),
  ...rows(llama, ['meta.llama3-3-70b-instruct-v1:0', 'Llama 3.3 70B Instruct', 128_000, 8_192]),
  ...rows(
    { ...llama, profileOnly: false },
    ['meta.llama3-8b-instruct-v1:0', 'Llama 3 8B Instruct', 8_192, 2_048],
    ['meta.llama3-70b-instruct-v1:0', 'Llama 3 70B Instruct', 8_192, 2_048],
  ),
  ...rows(
    llama,
    ['meta.llama3-1-8b-instruct-v1:0', 'Llama 3.1 8B Instruct', 128_000, 8_192],
    ['meta.llama3-1-70b-instruct-v1:0', 'Llama 3.1 70B Instruct', 128_000, 8_192],
  ),
  ...rows(
    { ...llama, inputs: ['TEXT', 'IMAGE'] },
    ['meta.llama4-scout-17b-instruct-v1:0', 'Llama 4 Scout 17B Instruct', 3_500_000, 8_192],
    ['meta.llama4-maverick-17b-instruct-v1:0', 'Llama 4 Maverick 17B Instruct', 1_000_000, 8_192],
  ),
  ...rows({ ...chat, provider: 'Mistral AI' }, [
    'mistral.mistral-large-3-675b-instruct',
    'Mistral Large 3',
    256_000,
    32_000,
  ]),
  ...rows(
    { ...chat, provider: 'Mistral AI', family: 'mistral-text', supports: textOnly },
    ['mistral.mistral-7b-instruct-v0:2', 'Mistral 7B Instruct', 32_000, 8_192],
    ['mistral.mistral-large-2402-v1:0', 'Mistral Large (24.02)', 32_000, 8_192],
    ['mistral.mistral-small-2402-v1:0', 'Mistral Small (24.02)', 32_000, 8_192],
    ['mistral.mixtral-8x7b-instruct-v0:1', 'Mixtral 8x7B Instruct', 32_000, 4_096],
  ),
  ...rows(
    chat,
    ['qwen.qwen3-32b-v1:0', 'Qwen3 32B', 131_072, 32_000],
    ['qwen.qwen3-235b-a22b-2507-v1:0', 'Qwen3 235B A22B', 262_144, 32_000],
    ['qwen.qwen3-coder-30b-a3b-v1:0', 'Qwen3 Coder 30B A3B', 262_144, 32_000],
  ),
  ...rows({ ...chat, provider: 'DeepSeek' }, ['deepseek.v3.2', 'DeepSeek V3.2', 163_840, 32_768]),
  ...rows(
    {
      ...chat,
      provider: 'DeepSeek',
      family: 'deepseek-r1',
      profileOnly: true,
      supports: { ...chat.supports, tools: false, structuredOutput: false },
      reasoning: 'always',
    },
    ['deepseek.r1-v1:0', 'DeepSeek-R1', 128_000, 32_768],
  ),
  ...rows(
    { ...chat, provider: 'OpenAI', reasoning: 'always' },
    ['openai.gpt-oss-20b-1:0', 'gpt-oss-20b', 128_000, 128_000],
    ['openai.gpt-oss-120b-1:0', 'gpt-oss-120b', 128_000, 128_000],
  ),
  ...rows(
    { ...chat, provider: 'AI21 Labs', family: 'jamba' },
    ['ai21.jamba-1-5-large-v1:0', 'Jamba 1.5 Large', 256_000, 4_096],
    ['ai21.jamba-1-5-mini-v1:0', 'Jamba 1.5 Mini', 256_000, 4_096],
  ),
  ...rows(embedding, ['amazon.titan-embed-text-v2:0', 'Titan Text Embeddings V2', 8_192, 0]),
  ...rows({ ...embedding, family: 'nova-embed' }, [
    'amazon.nova-2-multimodal-embeddings-v1:0',
    'Nova Multimodal Embeddings',
    8_192,
    0,
  ]),
  ...rows(
    { ...embedding, provider: 'Cohere', family: 'cohere-embed' },
    ['cohere.embed-english-v3', 'Embed English', 512, 0],
    ['cohere.embed-multilingual-v3', 'Embed Multilingual', 512, 0],
    ['cohere.embed-v4:0', 'Embed v4', 128_000, 0],
  ),
  ...rows(
    ended('Anthropic', 'anthropic-text', { tokensPerDelta: 4 }),
    ['anthropic.claude-v2', 'Claude', 100_000, 8_191],
    ['anthropic.claude-v2:1', 'Claude', 200_000, 8_191],
    ['anthropic.claude-instant-v1', 'Claude Instant', 100_000, 8_191],
  ),
  ...rows(
    endedClaude,
    ['anthropic.claude-3-haiku-20240307-v1:0', 'Claude 3 Haiku', 200_000, 4_096],
    ['anthropic.claude-3-sonnet-20240229-v1:0', 'Claude 3 Sonnet', 200_000, 4_096],
    ['anthropic.claude-3-5-haiku-20241022-v1:0', 'Claude 3.5 Haiku', 200_000, 8_192],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', 'Claude 3.5 Sonnet', 200_000, 8_192],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'Claude 3.5 Sonnet v2', 200_000, 8_192],
    ['anthropic.claude-3-7-sonnet-20250219-v1:0', 'Claude 3.7 Sonnet', 200_000, 64_000],
    ['anthropic.claude-opus-4-20250514-v1:0', 'Claude Opus 4', 200_000, 32_000],
    ['anthropic.claude-sonnet-4-20250514-v1:0', 'Claude Sonnet 4', 200_000, 64_000],
  ),
  ...rows(
    ended('Amazon', 'titan-text'),
    ['amazon.titan-text-lite-v1', 'Titan Text G1 - Lite', 4_096, 4_096],
    ['amazon.titan-text-express-v1', 'Titan Text G1 - Express', 8_192, 8_192],
    ['amazon.titan-text-premier-v1:0', 'Titan Text G1 - Premier', 32_000, 3_072],
  ),
  ...rows(ended('Amazon', 'titan-embed', { output: 'EMBEDDING' }), [
    'amazon.titan-embed-text-v1',
    'Titan Embeddings G1 - Text',
    8_192,
    0,
  ]),
  ...rows(ended('Amazon', 'nova', { supports: chat.supports, inputs: nova.inputs }), [
    'amazon.nova-premier-v1:0',
    'Nova Premier',
    1_000_000,
    10_000,
  ]),
  ...rows(
    ended('Cohere', 'cohere-command'),
    ['cohere.command-text-v14', 'Command', 4_096, 4_096],
    ['cohere.command-light-text-v14', 'Command Light', 4_096, 4_096],
  ),
  ...rows(
    ended('Cohere', 'cohere-chat', { supports: chat.supports }),
    ['cohere.command-r-v1:0', 'Command R', 128_000, 4_000],
    ['cohere.command-r-plus-v1:0', 'Command R+', 128_000, 4_000],
  ),
  ...rows(
    ended('Meta', 'llama', { supports: chat.supports }),
    ['meta.llama3-2-1b-instruct-v1:0', 'Llama 3.2 1B Instruct', 131_000, 8_192],
    ['meta.llama3-2-3b-instruct-v1:0', 'Llama 3.2 3B Instruct', 131_000, 8_192],
    ['meta.llama3-1-405b-instruct-v1:0', 'Llama 3.1 405B Instruct', 128_000, 8_192],
  ),
];
