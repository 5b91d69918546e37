import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import * as v from 'valibot';
import { invalidRequest } from '#domain/errors.ts';
import { notArray } from '#protocol/http/not-array.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/**
 * How the answer is returned: `buffered` as the model's own JSON in one piece, `collected` as its
 * text in one piece although the model streams it, `streamed` as its text while it arrives.
 */
export const invokeModes = ['buffered', 'collected', 'streamed'] as const;

export type InvokeMode = (typeof invokeModes)[number];

/** A request in the model's own format, or a plain prompt. */
export type InvokeRequest =
  | {
      readonly type: 'native';
      readonly modelId: string;
      readonly body: object;
      readonly contentType: string;
      readonly accept: string;
    }
  | { readonly type: 'prompt'; readonly prompt: string; readonly modelId?: string };

const jsonType = 'application/json';

const modelParamsType = "must be an object: the model's own request";

const native = v.strictObject({
  bedrockParams: v.strictObject(
    {
      modelId: v.pipe(v.string('must be a string'), v.minLength(1, 'must not be empty')),
      contentType: v.optional(v.literal(jsonType, `must be ${jsonType}`), jsonType),
      accept: v.optional(v.picklist([jsonType, '*/*'], `must be ${jsonType} or */*`), jsonType),
    },
    'must be an object with a modelId',
  ),
  modelParams: v.pipe(
    notArray(v.record(v.string(), v.unknown(), modelParamsType), modelParamsType),
    v.check((body) => Object.keys(body).length > 0, 'must not be empty'),
  ),
});

const plain = v.strictObject({
  prompt: v.pipe(
    v.string('must be a string'),
    v.maxLength(maxMessageLength, `must be at most ${maxMessageLength} characters`),
    v.check((text) => text.trim() !== '', 'must not be blank'),
  ),
  model: v.optional(v.string('must be a string')),
});

/** Parses the body of an invocation. Throws `invalid_request` that names the invalid field. */
export function parseInvokeRequest(body: string): InvokeRequest {
  const json = parseJsonObject(body);
  if ('prompt' in json) {
    const { prompt, model } = parseWith(plain, json);
    return { type: 'prompt', prompt, ...(model === undefined ? {} : { modelId: model }) };
  }
  if (!('bedrockParams' in json) && !('modelParams' in json)) {
    throw invalidRequest('prompt', 'is required, or bedrockParams and modelParams');
  }
  const { bedrockParams, modelParams } = parseWith(native, json);
  return { type: 'native', ...bedrockParams, body: modelParams };
}

/**
 * Returns the explanation of a refusal to `modelParams`: the field, if the model names it, and what
 * the model said.
 */
export function explainRefusal(refusal: string): string {
  const field = ['modelParams', ...fieldIn(refusal)].join('.');
  return `${field}: the model does not accept this request: ${refusal}`;
}

/**
 * Returns the path that a refusal names: as a JSON pointer (`#/a/b: …`, `#/a: required key [b] …`),
 * as Anthropic's models do (`a.b: …`), or as AWS does (`Value 'x' at 'a.b' …`).
 */
function fieldIn(refusal: string): readonly string[] {
  for (const [, path = '', key] of refusal.matchAll(pointer)) {
    const names = [...path.split('/'), key ?? ''].filter((name) => name !== '');
    if (names.length > 0) return names;
  }
  const [, path = ''] = /^([\w.-]+): /u.exec(refusal) ?? / at '([\w.-]+)'/u.exec(refusal) ?? [];
  return path === '' ? [] : [path];
}

const pointer = /#((?:\/[\w.-]+)*): (?:(?:required|extraneous) key \[([\w.-]+)\])?/gu;

/** Parses the `mode` of an invocation; `streamed` by default. Throws `invalid_request`. */
export function parseInvokeMode(text = 'streamed'): InvokeMode {
  const mode = invokeModes.find((each) => each === text);
  if (mode === undefined) throw invalidRequest('mode', `must be one of ${invokeModes.join(', ')}`);
  return mode;
}
