import * as v from 'valibot';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { InferenceConfig } from '#domain/model/model.ts';
import type { ChatRequest } from '#protocol/turn/chat-request.ts';
import { messageTextSchema } from '#protocol/conversation/message-text.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { invalid } from '#protocol/http/json-body.ts';

const turnFormats = ['ui', 'data', 'text', 'json'] as const;

/** The encodings a turn can be asked for in. */
export type TurnFormat = (typeof turnFormats)[number];

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

/** The fields that every form of a chat request may have. */
export const options = {
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
  format: v.optional(v.picklist(turnFormats, `must be one of ${turnFormats.join(', ')}`)),
};

type Options = v.InferOutput<v.StrictObjectSchema<typeof options, undefined>>;

/** What those fields ask for. Throws `invalid_request` where they do not go together. */
export function toOptions({
  model,
  system,
  inference: config,
  knowledge_base: knowledge,
  agent,
  tools,
  format,
}: Options): Omit<ChatRequest, 'question'> {
  if (agent !== undefined) refuseBeside(agent, { model, system, knowledge_base: knowledge, tools });
  return {
    inference: toInferenceConfig(config),
    ...(knowledge === undefined ? {} : { knowledge: toKnowledgeUse(knowledge) }),
    ...(agent === undefined ? {} : { agent }),
    ...(tools === undefined || tools.length === 0 ? {} : { toolSets: tools }),
    ...(model === undefined ? {} : { modelId: model }),
    ...(system === undefined ? {} : { system }),
    ...(format === undefined ? {} : { format }),
  };
}

/** An agent has its own model, instructions and documents. */
function refuseBeside(agent: string, others: Readonly<Record<string, unknown>>): void {
  const [given] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (given !== undefined) throw invalid(`${given}: is the own affair of the agent ${agent}`);
}

function toKnowledgeUse(
  knowledge: v.InferOutput<typeof knowledgeBase>,
): Omit<KnowledgeUse, 'owner'> {
  return typeof knowledge === 'string' ? { name: knowledge, mode: 'retrieve' } : knowledge;
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
