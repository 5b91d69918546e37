import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import type { ModelDescription } from '#domain/chat/offer.ts';

/*
 * What Converse accepts in messages, as of November 2026. A test compares this with the catalogue of
 * the local Bedrock. A model that no pattern knows accepts text.
 */
const acceptsImages =
  /\.(?:claude-(?!v\d|instant)|nova-(?:2-)?(?:lite|pro|premier)|llama4|llama3-2-(?:11|90)b|mistral-large-3|(?:pix|magis|minis)tral|gpt-[56]|grok|gemma|kimi-k(?:2\.5|3)|qwen3-vl|nemotron-nano-12b)/u;
const acceptsDocuments =
  /\.(?:claude-(?!v\d|instant)|nova-(?:2-)?(?:micro|lite|pro|premier)|llama[34]|mistral-large-3|pixtral|qwen|gpt-oss|jamba|command-r)|^deepseek\./u;

/** Returns the name of a model, what its messages can contain and its price, by its id or its profile's. */
export function describeModel(modelId: string): ModelDescription {
  const id = modelId.replace(/^(?:us|eu|apac|jp|au|ca|in|us-gov|global)\./u, '');
  return {
    name: nameOf(id),
    input: [
      'text',
      ...(acceptsImages.test(id) ? (['image'] as const) : []),
      ...(acceptsDocuments.test(id) ? (['document'] as const) : []),
    ],
    price: bedrockPrices.of(modelId),
  };
}

/** Names that cannot be seen from the id. */
const names: Readonly<Record<string, string>> = {
  'deepseek.r1-v1:0': 'DeepSeek-R1',
  'deepseek.v3-v1:0': 'DeepSeek V3.1',
  'deepseek.v3.2': 'DeepSeek V3.2',
  'mistral.mistral-large-3-675b-instruct': 'Mistral Large 3',
  'nvidia.nemotron-nano-12b-v2': 'Nemotron Nano 12B v2',
  'nvidia.nemotron-nano-9b-v2': 'Nemotron Nano 9B v2',
};

/**
 * Returns the name that Bedrock's console has for a model: `claude-haiku-4-5-20251001-v1:0` is
 * Claude Haiku 4.5.
 */
function nameOf(id: string): string {
  const words = id
    .slice(id.indexOf('.') + 1)
    .replace(/(?:-v?\d+)?:\d+$|-v\d+$/u, '')
    .replace(/-20\d{6}$/u, '')
    .replace(/-(\d\d)(\d\d)$/u, '')
    .replace(/^llama(?=\d)/u, 'llama-')
    .replaceAll(/(?<=\d)-(?=\d(?:-|$))/gu, '.');
  if (words.startsWith('gpt-oss')) return words;
  return (
    names[id] ??
    words.replace('gpt-', 'GPT ').split(/[- ]/u).map(toWord).join(' ').replace('GPT ', 'GPT-')
  );
}

/** Numbers of parameters and abbreviations have capital letters: `70B`, `A22B`, `8x7B`, `GLM`. */
function toWord(word: string): string {
  if (/^(?:[ae]?\d+b|glm|it|vl)$/u.test(word)) return word.toUpperCase();
  if (word === 'minimax') return 'MiniMax';
  if (/^\d+x\d+b$/u.test(word)) return word.replace('b', 'B');
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
