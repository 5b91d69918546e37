import { at, formatOf } from '#aws/native-formats.ts';
import { ChatError } from '#domain/errors.ts';
import type { Usage } from '#domain/usage.ts';

export interface ModelAnswer {
  readonly text: string;
  readonly usage?: Usage;
}

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

/** A model's whole answer, in its own format. Throws `model_error` for one that holds no text. */
export function readAnswer(modelId: string, json: string): ModelAnswer {
  const [, known] = places.find(([models]) => models.test(modelId)) ?? [];
  const body: unknown = JSON.parse(json);
  const text = known === undefined ? undefined : at(body, known.text);
  if (known === undefined || typeof text !== 'string' || text.trim() === '') {
    throw new ChatError('model_error', 'The model gave no answer.');
  }
  const [inputTokens, outputTokens] = [at(body, known.input), at(body, known.output)];
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return { text };
  const totalTokens = inputTokens + outputTokens;
  const cached = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
  return { text, usage: { inputTokens, outputTokens, totalTokens, ...cached } };
}

/** The JSON object in an answer, whatever the model has said around it. */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  const [found] = /\{[^]*\}/u.exec(text) ?? [];
  try {
    const value: unknown = JSON.parse(found ?? '');
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value));
  } catch {
    // Said below.
  }
  throw new ChatError('model_error', 'The model did not answer in the form that was asked for.');
}
