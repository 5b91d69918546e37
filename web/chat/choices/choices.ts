import * as v from 'valibot';
import type { OfferJson } from '#protocol/chat/offer-schema.ts';

/** What a conversation's messages are sent with, in the fields of a chat request. */
export const choicesSchema = v.object({
  model: v.optional(v.string()),
  system: v.optional(v.string()),
  inference: v.optional(
    v.looseObject({ max_tokens: v.optional(v.number()), temperature: v.optional(v.number()) }),
  ),
  agent: v.optional(v.string()),
  knowledge_base: v.optional(v.union([v.string(), v.looseObject({ name: v.string() })])),
  tools: v.optional(v.array(v.string())),
  effort: v.optional(v.string()),
  thinking: v.optional(v.boolean()),
  service_tier: v.optional(v.string()),
  prompt_cache: v.optional(v.string()),
});

export type Choices = v.InferOutput<typeof choicesSchema>;

/** Returns what a chat request can have: an agent has its own model, instructions and tools. */
export function optionsOf(choices: Choices): Choices {
  const { agent, inference } = choices;
  if (agent === undefined) return choices;
  return inference === undefined ? { agent } : { agent, inference };
}

/** Returns the name of the chosen knowledge base. */
export function knowledgeName({ knowledge_base: base }: Choices): string | undefined {
  return typeof base === 'object' ? base.name : base;
}

/** Returns choices without those that are undefined or empty. */
export function withChoice(choices: Choices, changes: Partial<Choices>): Choices {
  const entries = Object.entries({ ...choices, ...changes }).filter(([, value]) => {
    if (Array.isArray(value)) return value.length > 0;
    return value !== undefined && value !== '';
  });
  return v.parse(choicesSchema, Object.fromEntries(entries));
}

type OfferedModel = OfferJson['models'][number];

/** Returns the model of the choices, if it is offered; without a choice, that of the deployment. */
export function chosenModel(
  models: readonly OfferedModel[],
  id: string | undefined,
): OfferedModel | undefined {
  return models.find((each) => (id === undefined ? each.is_default === true : each.id === id));
}

/** Returns the choices of another model: without those of the settings that it does not have. */
export function choicesWith(
  { id, is_default, efforts, thinking, prompt_caches }: OfferedModel,
  choices: Choices,
): Partial<Choices> {
  const { effort, prompt_cache: cache } = choices;
  return {
    agent: undefined,
    model: is_default === true ? undefined : id,
    effort: efforts?.find((each) => each === effort),
    thinking: thinking === true ? choices.thinking : undefined,
    prompt_cache: prompt_caches?.find((each) => each === cache),
  };
}
