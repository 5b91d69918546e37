import type { ChatOptions } from '#domain/chat/chat-request.ts';
import * as v from 'valibot';
import { invalidRequest } from '#domain/errors.ts';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import { efforts, promptCaches, serviceTiers } from '#domain/model-settings.ts';
import type { InferenceConfig } from '#domain/model/model.ts';
import { messageTextSchema } from '#protocol/conversation/message-text.ts';
import { turnFormats } from '#protocol/turn/turn-encoding.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { notArray } from '#protocol/http/not-array.ts';

const unit = v.pipe(
  v.number('must be a number'),
  v.minValue(0, 'must be from 0 to 1'),
  v.maxValue(1, 'must be from 0 to 1'),
);

const inference = notArray(
  v.strictObject(
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
            v.pipe(
              v.string('must be a string'),
              v.minLength(1, 'must not be empty'),
              v.maxLength(200, 'must be at most 200 characters'),
            ),
            'must be a list of strings',
          ),
          v.maxLength(4, 'must be at most 4 strings'),
        ),
      ),
    },
    'must be an object',
  ),
  'must be an object',
);

const knowledgeModes = ['retrieve', 'retrieve_and_generate'] as const;
const knowledgeBase = v.union(
  [
    identifier,
    v.strictObject({
      name: identifier,
      mode: v.optional(v.picklist(knowledgeModes), 'retrieve'),
    }),
  ],
  `must be a name, or {"name","mode"} with mode one of ${knowledgeModes.join(', ')}`,
);

/** The limits of `requestMetadata` (API reference of Converse). */
const metadataType = 'must be an object of strings';
const metadataRule = 'must have at most 16 names and values of 1 to 256 characters';
const metadataText = v.pipe(
  v.string(metadataRule),
  v.regex(/^[\w\s:@$#=/+,.-]{1,256}$/u, metadataRule),
);
const callMetadata = v.pipe(
  notArray(v.record(metadataText, metadataText, metadataType), metadataType),
  v.check((entries) => Object.keys(entries).length <= 16, metadataRule),
);

function oneOf<const Word extends string>(words: readonly Word[]) {
  return v.optional(v.picklist(words, `must be one of ${words.join(', ')}`));
}

/** The settings of models, of which not every model has each. */
const settingFields = {
  effort: oneOf(efforts),
  thinking: v.optional(v.boolean('must be true or false')),
  service_tier: oneOf(serviceTiers),
  prompt_cache: oneOf(promptCaches),
};

/** The fields that every kind of chat request may have. */
export const optionFields = {
  model: v.optional(v.string('must be a string')),
  system: v.optional(messageTextSchema),
  inference: v.optional(inference, {}),
  knowledge_base: v.optional(knowledgeBase),
  agent: v.optional(identifier),
  tools: v.optional(
    v.pipe(
      v.array(identifier, 'must be a list of names'),
      v.maxLength(8, 'must be at most 8 names'),
    ),
  ),
  ...settingFields,
  metadata: v.optional(callMetadata),
  format: v.optional(v.picklist(turnFormats, `must be one of ${turnFormats.join(', ')}`)),
};

type OptionFields = v.InferOutput<v.StrictObjectSchema<typeof optionFields, undefined>>;

/** Returns what those fields request. Throws `invalid_request` if they exclude each other. */
export function toOptions({
  model,
  system,
  inference: config,
  knowledge_base: knowledge,
  agent,
  tools,
  metadata,
  effort,
  thinking,
  service_tier: serviceTier,
  prompt_cache: promptCache,
}: OptionFields): ChatOptions {
  if (agent !== undefined) {
    assertNoneOf({ model, system, knowledge_base: knowledge, tools, metadata });
    assertNoneOf({ effort, thinking, service_tier: serviceTier, prompt_cache: promptCache });
  }
  return {
    inference: toInferenceConfig(config),
    knowledge: knowledge === undefined ? undefined : toKnowledgeUse(knowledge),
    agent,
    toolSets: tools?.length === 0 ? undefined : tools,
    modelId: model,
    system,
    metadata,
    effort,
    thinking,
    serviceTier,
    promptCache,
  };
}

/** An agent has its own model, instructions, documents and tools. */
function assertNoneOf(fields: Readonly<Record<string, unknown>>): void {
  const [field] = Object.entries(fields).find(([, value]) => value !== undefined) ?? [];
  if (field !== undefined) throw invalidRequest(field, 'cannot be set together with agent');
}

function toKnowledgeUse(knowledge: v.InferOutput<typeof knowledgeBase>): KnowledgeUse {
  return typeof knowledge === 'string' ? { name: knowledge, mode: 'retrieve' } : knowledge;
}

function toInferenceConfig(config: v.InferOutput<typeof inference>): InferenceConfig {
  const { max_tokens: maxTokens, temperature, top_p: topP } = config;
  return { maxTokens, temperature, topP, stopSequences: config.stop_sequences };
}
