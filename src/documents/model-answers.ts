import { formatOf } from '#aws/model/native-formats.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';
import { ChatError } from '#domain/errors.ts';
import type { Usage } from '#domain/conversation/usage.ts';

interface Places {
  readonly text: readonly (string | number)[];
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** Where whole answers have what we need: Anthropic's Messages, and Nova's. */
const places: readonly (readonly [RegExp, Places])[] = [
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

/** What a model is sent, in its own format. */
export function requestFor(modelId: string, prompt: string, maxTokens: number): string {
  return JSON.stringify(formatOf(modelId)?.body(prompt, maxTokens));
}

/** The words of a model's whole answer. Throws `model_error` for one that holds none. */
export function readWords(modelId: string, json: string): string {
  const text = valueAt(JSON.parse(json), placesOf(modelId)?.text ?? []);
  if (typeof text === 'string' && text.trim() !== '') return text;
  throw new ChatError('model_error', 'The model gave no answer.');
}

/** What such an answer took, with words or without; undefined where it does not say. */
export function readUsage(modelId: string, json: string): Usage | undefined {
  const body: unknown = JSON.parse(json);
  const known = placesOf(modelId);
  const [inputTokens, outputTokens] = [
    valueAt(body, known?.input ?? []),
    valueAt(body, known?.output ?? []),
  ];
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined;
  const totalTokens = inputTokens + outputTokens;
  const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
  return { inputTokens, outputTokens, totalTokens, ...cached };
}

function placesOf(modelId: string): Places | undefined {
  return places.find(([models]) => models.test(modelId))?.[1];
}

/** The JSON object in an answer, whatever the model has said around it. */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  const [found] = /\{[^]*\}/u.exec(text) ?? [];
  const value = tryParseJson(found ?? '');
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new ChatError('model_error', 'The model did not answer in the form that was asked for.');
}
