import * as v from 'valibot';
import type { InferenceConfig } from '#domain/ports.ts';
import { invalid, parsed, parseJsonObject } from '#protocol/json-body.ts';

export const turnFormats = ['ui', 'data', 'text', 'json'] as const;

/** The encodings a turn can be asked for in. */
export type TurnFormat = (typeof turnFormats)[number];

/** Messages are at most this many characters. */
export const maxMessageLength = 32_000;

/** A chat request, whichever of its three forms it came in. */
export interface ChatRequest {
  readonly text: string;
  /** Left out for a one-shot prompt. `create` allows an id that is not known yet. */
  readonly conversation?: { readonly id?: string; readonly create: boolean };
  readonly modelId?: string;
  readonly system?: string;
  readonly inference: InferenceConfig;
  readonly format?: TurnFormat;
}

const words = v.pipe(
  v.string('must be a string'),
  v.maxLength(maxMessageLength, `must be at most ${maxMessageLength} characters`),
  v.check((text) => text.trim() !== '', 'must not be blank'),
);

const identifier = v.pipe(
  v.string('must be a string'),
  v.regex(/^[\w-]{1,64}$/u, 'must be 1 to 64 letters, digits, hyphens or underscores'),
);

const unit = v.pipe(
  v.number('must be a number'),
  v.minValue(0, 'must be from 0 to 1'),
  v.maxValue(1, 'must be from 0 to 1'),
);

const inference = v.strictObject(
  {
    max_tokens: v.optional(
      v.pipe(
        v.number('must be a whole number'),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
      ),
    ),
    temperature: v.optional(unit),
    top_p: v.optional(unit),
    stop_sequences: v.optional(
      v.pipe(
        v.array(
          v.pipe(v.string('must be a string'), v.minLength(1, 'must not be empty')),
          'must be a list of strings',
        ),
        v.maxLength(4, 'must be at most 4 strings'),
      ),
    ),
  },
  'must be an object',
);

const options = {
  model: v.optional(v.string('must be a string')),
  system: v.optional(words),
  inference: v.optional(inference, {}),
  format: v.optional(v.picklist(turnFormats, `must be one of ${turnFormats.join(', ')}`)),
};

const oneShot = v.strictObject({ prompt: words, ...options });
const inConversation = v.strictObject({
  message: words,
  conversation_id: v.optional(identifier),
  ...options,
});

/** What an unmodified `useChat` of the AI SDK sends; it may carry more than we read. */
const uiChat = v.object({
  id: identifier,
  messages: v.array(
    v.object({
      role: v.string(),
      parts: v.array(v.object({ type: v.string(), text: v.optional(v.string()) })),
    }),
    'must be an array of UI messages',
  ),
  ...options,
});

/**
 * Reads the body of a chat request. Throws `invalid_request` with a message that names the field
 * and what was expected of it.
 */
export function parseChatRequest(body: string): ChatRequest {
  const json = parseJsonObject(body);
  if ('messages' in json) return fromUiChat(parsed(uiChat, json));
  if ('prompt' in json && 'message' in json) {
    throw invalid(
      'message: give either prompt (one shot) or message (in a conversation), not both',
    );
  }
  if ('message' in json || 'conversation_id' in json) {
    const { message, conversation_id: id, ...rest } = parsed(inConversation, json);
    const conversation = id === undefined ? { create: true } : { id, create: false };
    return { text: message, conversation, ...toOptions(rest) };
  }
  if (!('prompt' in json)) {
    throw invalid('prompt: is required, or message for a turn in a conversation');
  }
  const { prompt, ...rest } = parsed(oneShot, json);
  return { text: prompt, ...toOptions(rest) };
}

function fromUiChat({ id, messages, ...rest }: v.InferOutput<typeof uiChat>): ChatRequest {
  const last = messages.findLast((message) => message.role === 'user');
  const text = (last?.parts ?? []).map((piece) => piece.text ?? '').join('');
  if (text.trim() === '') throw invalid('messages: the last user message must have text');
  if (text.length > maxMessageLength) {
    throw invalid(`messages: a message must be at most ${maxMessageLength} characters`);
  }
  return { text, conversation: { id, create: true }, ...toOptions(rest) };
}

type Options = v.InferOutput<v.StrictObjectSchema<typeof options, undefined>>;

function toOptions({
  model,
  system,
  inference: config,
  format,
}: Options): Omit<ChatRequest, 'text'> {
  return {
    inference: toInferenceConfig(config),
    ...(model === undefined ? {} : { modelId: model }),
    ...(system === undefined ? {} : { system }),
    ...(format === undefined ? {} : { format }),
  };
}

function toInferenceConfig(config: v.InferOutput<typeof inference>): InferenceConfig {
  const { max_tokens, temperature, top_p, stop_sequences } = config;
  return {
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(stop_sequences === undefined ? {} : { stopSequences: stop_sequences }),
  };
}
