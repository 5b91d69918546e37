import { valueAt } from '#domain/json.ts';

/** The request format of a model family, and where the text of its answers is. */
export interface NativeFormat {
  readonly models: RegExp;
  /** Returns the request body for a plain prompt. */
  body(prompt: string, maxTokens: number): object;
  /** The path of the text in a piece of the answer. */
  readonly text: readonly (string | number)[];
}

const user = (content: unknown): readonly object[] => [{ role: 'user', content }];

/** The formats of Bedrock's user guide, "Inference request parameters and response fields". */
const formats: readonly NativeFormat[] = [
  {
    models: /anthropic\.claude-(?:v2|instant)/u,
    body: (prompt, maxTokens) => ({
      prompt: `\n\nHuman: ${prompt}\n\nAssistant:`,
      max_tokens_to_sample: maxTokens,
    }),
    text: ['completion'],
  },
  {
    models: /anthropic\./u,
    body: (prompt, maxTokens) => ({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: maxTokens,
      messages: user(prompt),
    }),
    text: ['delta', 'text'],
  },
  {
    models: /amazon\.nova/u,
    body: (prompt, maxTokens) => ({
      messages: user([{ text: prompt }]),
      inferenceConfig: { maxTokens },
    }),
    text: ['contentBlockDelta', 'delta', 'text'],
  },
  {
    models: /amazon\.titan-text/u,
    body: (prompt, maxTokens) => ({
      inputText: `User: ${prompt}\nBot:`,
      textGenerationConfig: { maxTokenCount: maxTokens },
    }),
    text: ['outputText'],
  },
  {
    models: /meta\.llama/u,
    body: (prompt, maxTokens) => ({
      prompt:
        '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n' +
        `${prompt}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n`,
      max_gen_len: maxTokens,
    }),
    text: ['generation'],
  },
  {
    models: /mistral\.(?:mistral-7b|mixtral|mistral-(?:large|small)-2402)/u,
    body: (prompt, maxTokens) => ({
      prompt: `<s>[INST] ${prompt} [/INST]`,
      max_tokens: maxTokens,
    }),
    text: ['outputs', 0, 'text'],
  },
  {
    models: /cohere\.command-r/u,
    body: (prompt, maxTokens) => ({ message: prompt, max_tokens: maxTokens }),
    text: ['text'],
  },
  {
    models: /cohere\.command/u,
    body: (prompt, maxTokens) => ({ prompt, max_tokens: maxTokens }),
    text: ['text'],
  },
  {
    models: /deepseek\.r1/u,
    body: (prompt, maxTokens) => ({
      prompt: `<｜begin▁of▁sentence｜><｜User｜>${prompt}<｜Assistant｜>`,
      max_tokens: maxTokens,
    }),
    text: ['choices', 0, 'text'],
  },
  {
    models: /(?:ai21|deepseek|google|mistral|moonshotai|nvidia|openai|qwen)\./u,
    body: (prompt, maxTokens) => ({ messages: user(prompt), max_tokens: maxTokens }),
    text: ['choices', 0, 'delta', 'content'],
  },
];

/** Returns the format of a model id or inference profile id; undefined for an unknown family. */
export function formatOf(modelId: string): NativeFormat | undefined {
  return formats.find(({ models }) => models.test(modelId));
}

/** The paths at which requests of the families limit the length of the answer. */
const limits: readonly (readonly string[])[] = [
  ['max_tokens'],
  ['max_completion_tokens'],
  ['max_tokens_to_sample'],
  ['max_gen_len'],
  ['inferenceConfig', 'maxTokens'],
  ['inferenceConfig', 'max_new_tokens'],
  ['textGenerationConfig', 'maxTokenCount'],
];

/** Returns the maximum number of output tokens in a request; undefined if it has none. */
export function outputLimitIn(body: object): number | undefined {
  const limit = limits
    .map((path) => valueAt(body, path))
    .find((value) => typeof value === 'number');
  return typeof limit === 'number' ? limit : undefined;
}

/** Returns the text in a piece of an answer; an empty string if it has none. */
export function textIn({ text }: NativeFormat, piece: unknown): string {
  const value = valueAt(piece, text);
  return typeof value === 'string' ? value : '';
}
