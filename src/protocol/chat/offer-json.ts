import type { Offer, OfferedModel, OfferedTools } from '#domain/chat/offer.ts';
import type { ModelSettings } from '#domain/model-settings.ts';
import type { Price } from '#domain/spending/prices.ts';
import type { ModelPriceJson, OfferJson } from '#protocol/chat/offer-schema.ts';

/** Returns what a caller can choose in a chat request, in the public JSON. */
export function toOfferJson(offer: Offer): OfferJson {
  const { models, agents, knowledgeBases, tools, maxOutputTokens, settings } = offer;
  return {
    models: models.map(toModelJson),
    agents: agents.map((name) => ({ name })),
    knowledge_bases: knowledgeBases.map((name) => ({ name })),
    tools: tools.map(toToolsJson),
    inference: { max_tokens: maxOutputTokens },
    service_tiers: [...settings.serviceTiers],
    defaults: toDefaultsJson(settings.defaults),
  };
}

function toModelJson(model: OfferedModel): OfferJson['models'][number] {
  const { id, name, input, price, isDefault, efforts, thinks, promptCaches } = model;
  return {
    id,
    name,
    input: [...input],
    ...(price === undefined ? {} : { price: toPriceJson(price) }),
    ...(isDefault ? { is_default: true } : {}),
    ...(efforts.length === 0 ? {} : { efforts: [...efforts] }),
    ...(thinks ? { thinking: true } : {}),
    ...(promptCaches.length === 0 ? {} : { prompt_caches: [...promptCaches] }),
  };
}

function toDefaultsJson({ effort, thinking, promptCache }: ModelSettings): OfferJson['defaults'] {
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(promptCache === undefined ? {} : { prompt_cache: promptCache }),
  };
}

/** A billionth of a dollar per token is a thousandth of a dollar per million tokens. */
function toPriceJson({ input, output, cacheRead, cacheWrite }: Price): ModelPriceJson {
  return {
    input: input / 1_000,
    output: output / 1_000,
    cache_read: cacheRead / 1_000,
    cache_write: cacheWrite / 1_000,
  };
}

function toToolsJson(tools: OfferedTools): OfferJson['tools'][number] {
  const { name, description, needsApproval } = tools;
  const described = description === undefined ? {} : { description };
  return { name, ...described, needs_approval: needsApproval };
}
