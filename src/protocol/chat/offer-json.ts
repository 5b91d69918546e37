import type { Offer, OfferedModel, OfferedTools } from '#domain/chat/offer.ts';
import type { OfferJson } from '#protocol/chat/offer-schema.ts';

/** Returns what a caller can choose in a chat request, in the public JSON. */
export function toOfferJson(offer: Offer): OfferJson {
  const { models, agents, knowledgeBases, tools, maxOutputTokens } = offer;
  return {
    models: models.map(toModelJson),
    agents: agents.map((name) => ({ name })),
    knowledge_bases: knowledgeBases.map((name) => ({ name })),
    tools: tools.map(toToolsJson),
    inference: { max_tokens: maxOutputTokens },
  };
}

function toModelJson({ id, name, input, isDefault }: OfferedModel): OfferJson['models'][number] {
  return { id, name, input: [...input], ...(isDefault ? { is_default: true } : {}) };
}

function toToolsJson(tools: OfferedTools): OfferJson['tools'][number] {
  const { name, description, needsApproval } = tools;
  const described = description === undefined ? {} : { description };
  return { name, ...described, needs_approval: needsApproval };
}
