import * as v from 'valibot';
import { count } from '#protocol/http/json-schema.ts';

const toolCallJson = v.looseObject({
  id: v.string(),
  type: v.literal('function'),
  function: v.looseObject({ name: v.string(), arguments: v.string() }),
});

const finishReason = v.picklist(['stop', 'length', 'tool_calls', 'content_filter']);

/** A whole chat completion in OpenAI's format. */
export const completionJson = v.looseObject({
  id: v.string(),
  object: v.literal('chat.completion'),
  created: count,
  model: v.string(),
  choices: v.array(
    v.looseObject({
      index: count,
      finish_reason: finishReason,
      /** Streambed's own: the stop reason, if the finish reason does not say it. */
      stop_reason: v.optional(v.string()),
      message: v.looseObject({
        role: v.literal('assistant'),
        content: v.nullable(v.string()),
        tool_calls: v.optional(v.array(toolCallJson)),
      }),
    }),
  ),
  usage: v.looseObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
});

export type CompletionJson = v.InferOutput<typeof completionJson>;

/** A model in OpenAI's format. */
export const modelJson = v.looseObject({
  id: v.string(),
  object: v.literal('model'),
  owned_by: v.string(),
});

/** A list of models in OpenAI's format. */
export const modelListJson = v.looseObject({ object: v.literal('list'), data: v.array(modelJson) });

export type ModelJson = v.InferOutput<typeof modelJson>;

export type ModelListJson = v.InferOutput<typeof modelListJson>;

/** An error in OpenAI's format. */
export const openAiErrorJson = v.looseObject({
  error: v.looseObject({ message: v.string(), type: v.string() }),
});
