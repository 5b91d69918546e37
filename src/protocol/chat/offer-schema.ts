import * as v from 'valibot';
import { efforts, promptCaches, serviceTiers } from '#domain/model-settings.ts';
import { count } from '#protocol/http/json-schema.ts';

const named = v.strictObject({ name: v.string(), description: v.optional(v.string()) });

/** What a caller can choose in a chat request, in the public JSON. */
export const offerJson = v.strictObject({
  models: v.array(
    v.strictObject({
      id: v.string(),
      name: v.string(),
      /** What a message to the model can contain. */
      input: v.array(v.picklist(['text', 'image', 'document'])),
      /** What a million tokens cost, in US dollars; absent if that is not known. */
      price: v.optional(
        v.strictObject({
          input: v.number(),
          output: v.number(),
          cache_read: v.number(),
          cache_write: v.number(),
        }),
      ),
      /** It answers requests that name no model. */
      is_default: v.optional(v.literal(true)),
      /** The values of `effort`; absent if the model has none. */
      efforts: v.optional(v.array(v.picklist(efforts))),
      /** Whether a request can ask the model to think. */
      thinking: v.optional(v.literal(true)),
      /** The values of `prompt_cache`; absent if the model has no cache. */
      prompt_caches: v.optional(v.array(v.picklist(promptCaches))),
    }),
  ),
  agents: v.array(named),
  knowledge_bases: v.array(named),
  tools: v.array(
    v.strictObject({
      ...named.entries,
      /** Whether a call can wait for a person's approval. */
      needs_approval: v.boolean(),
    }),
  ),
  inference: v.strictObject({ max_tokens: count }),
  /** The values of `service_tier`; the first serves requests that name none. */
  service_tiers: v.array(v.picklist(serviceTiers)),
  /** What a request gets that does not choose. */
  defaults: v.strictObject({
    effort: v.optional(v.picklist(efforts)),
    thinking: v.optional(v.boolean()),
    prompt_cache: v.optional(v.picklist(promptCaches)),
  }),
});

export type OfferJson = v.InferOutput<typeof offerJson>;

export type ModelPriceJson = NonNullable<OfferJson['models'][number]['price']>;
