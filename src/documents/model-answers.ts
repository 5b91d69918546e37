import { formatOf } from '#aws/model/native-formats.ts';
import { cachedTokensIn, toNativeUsage } from '#aws/model/native-usage.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';
import { ChatError } from '#domain/errors.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** The paths of the text and the token counts in an answer. */
interface AnswerPaths {
  readonly text: readonly (string | number)[];
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** The paths in the buffered answers of Anthropic's and Nova's models. */
const answerPaths: readonly (readonly [RegExp, AnswerPaths])[] = [
  [
    /anthropic\./u,
    {
      text: ['content', 0, 'text'],
      input: ['usage', 'input_tokens'],
      output: ['usage', 'output_tokens'],
    },
  ],
  [
    /amazon\.nova/u,
    {
      text: ['output', 'message', 'content', 0, 'text'],
      input: ['usage', 'inputTokens'],
      output: ['usage', 'outputTokens'],
    },
  ],
];

/** Returns the request body for a prompt, in the native format of the model. */
export function toRequestBody(modelId: string, prompt: string, maxTokens: number): string {
  return JSON.stringify(formatOf(modelId)?.body(prompt, maxTokens));
}

/** Returns the text of a model's answer. Throws `model_error` if it has none. */
export function readAnswerText(modelId: string, json: string): string {
  const text = valueAt(JSON.parse(json), findPaths(modelId)?.text ?? []);
  if (typeof text === 'string' && text.trim() !== '') return text;
  throw new ChatError('model_error', 'The model returned no answer.');
}

/** Returns the usage in a model's answer, even without text; undefined if it reports none. */
export function readUsage(modelId: string, json: string): Usage | undefined {
  const body: unknown = JSON.parse(json);
  const paths = findPaths(modelId);
  const [inputTokens, outputTokens] = [
    valueAt(body, paths?.input ?? []),
    valueAt(body, paths?.output ?? []),
  ];
  return toNativeUsage(inputTokens, outputTokens, cachedTokensIn(body));
}

function findPaths(modelId: string): AnswerPaths | undefined {
  return answerPaths.find(([models]) => models.test(modelId))?.[1];
}

/** Returns the JSON object in an answer, which may have text around it. Throws `model_error`. */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  const [json] = /\{[^]*\}/u.exec(text) ?? [];
  const value = tryParseJson(json ?? '');
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new ChatError('model_error', 'The model did not answer in the requested format.');
}
