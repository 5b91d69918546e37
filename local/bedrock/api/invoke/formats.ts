import {
  createMessageStream,
  renderMessage,
} from '#local/bedrock/api/anthropic/messages-render.ts';
import { toTurn } from '#local/bedrock/api/anthropic/messages-request.ts';
import { invalidFields } from '#local/bedrock/api/anthropic/invalid-fields.ts';
import { nativeMessagesShape } from '#local/bedrock/api/anthropic/messages-shape.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { invalidBody, type Format } from '#local/bedrock/api/invoke/format.ts';
import { nova } from '#local/bedrock/api/invoke/nova.ts';
import { cohereChat, cohereCommand } from '#local/bedrock/api/invoke/cohere.ts';
import {
  anthropicText,
  deepseekR1,
  llama,
  mistralText,
  titanText,
} from '#local/bedrock/api/invoke/text-formats.ts';
import type { NativeFormat } from '#models/facts.ts';
import { createCompletionStream, renderCompletion } from '#local/bedrock/api/openai/chat-render.ts';
import { chatShape, chatTurn } from '#local/bedrock/api/openai/chat-request.ts';
import { isRecord, readShape } from '#local/wire/shape.ts';

/** Anthropic's Messages. The path selects the model and streaming, so the body must not. */
const anthropic: Format = {
  read(body, model) {
    const request = readShape(nativeMessagesShape, body, invalidFields);
    if (request.model !== undefined) throw invalid('model: Extra inputs are not permitted');
    if (request.stream !== undefined) throw invalid('stream: Extra inputs are not permitted');
    if (request.anthropic_version === undefined) throw invalid('anthropic_version: Field required');
    return toTurn(model, request);
  },
  whole: (answer, turn) => renderMessage(answer, turn, turn.model.id),
  stream: (turn) => createMessageStream(turn, turn.model.id),
};

/** OpenAI's chat format, used by Qwen, gpt-oss, DeepSeek V3, Mistral Large 3 and Jamba. */
const chat: Format = {
  read: (body, model) =>
    chatTurn(model, readShape(chatShape, body, invalidBody), {
      api: 'native',
      fields: isRecord(body) ? body : {},
    }),
  whole: (answer, turn) => renderCompletion(answer, turn, turn.model.id),
  stream: (turn) => createCompletionStream(turn, turn.model.id, true),
};

const formats: Readonly<Partial<Record<NativeFormat, Format>>> = {
  anthropic,
  'anthropic-text': anthropicText,
  nova,
  'titan-text': titanText,
  llama,
  'mistral-text': mistralText,
  chat,
  'cohere-command': cohereCommand,
  'cohere-chat': cohereChat,
  jamba: chat,
  'deepseek-r1': deepseekR1,
};

/** Returns the implementation of a native format, or undefined for those of embedding models. */
export function formatOf(format: NativeFormat): Format | undefined {
  return formats[format];
}
