import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import * as v from 'valibot';
import { invalid, parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/**
 * How the answer is given: as the model's own JSON, whole; as its text, whole, though it was
 * streamed; or as its text, as it comes.
 */
export const invokeModes = ['buffered', 'collected', 'streamed'] as const;

export type InvokeMode = (typeof invokeModes)[number];

/** What a model is asked: in its own words, or with a plain prompt. */
export type InvokeRequest =
  | {
      readonly type: 'native';
      readonly modelId: string;
      readonly body: object;
      readonly contentType: string;
      readonly accept: string;
    }
  | { readonly type: 'prompt'; readonly prompt: string; readonly modelId?: string };

const json = 'application/json';

const native = v.strictObject({
  bedrockParams: v.strictObject(
    {
      modelId: v.pipe(v.string('must be a string'), v.minLength(1, 'must not be empty')),
      contentType: v.optional(v.literal(json, `must be ${json}`), json),
      accept: v.optional(v.picklist([json, '*/*'], `must be ${json} or */*`), json),
    },
    'must be an object with a modelId',
  ),
  modelParams: v.pipe(
    v.record(v.string(), v.unknown(), "must be an object: the model's own request"),
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

/** Reads the body of an invocation. Throws `invalid_request` that names the field at fault. */
export function parseInvokeRequest(body: string): InvokeRequest {
  const given = parseJsonObject(body);
  if ('prompt' in given) {
    const { prompt, model } = parseWith(plain, given);
    return { type: 'prompt', prompt, ...(model === undefined ? {} : { modelId: model }) };
  }
  if (!('bedrockParams' in given) && !('modelParams' in given)) {
    throw invalid('prompt: is required, or bedrockParams and modelParams');
  }
  const { bedrockParams, modelParams } = parseWith(native, given);
  return { type: 'native', ...bedrockParams, body: modelParams };
}

/** Reads the `mode` of an invocation; streamed where none is given. */
export function parseInvokeMode(mode: string | undefined): InvokeMode {
  const found = invokeModes.find((known) => known === (mode ?? 'streamed'));
  if (found === undefined) throw invalid(`mode: must be one of ${invokeModes.join(', ')}`);
  return found;
}
