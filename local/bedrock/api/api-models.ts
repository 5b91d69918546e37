import { isForAnthropic } from '#local/bedrock/api/api-errors.ts';
import { unknownModel } from '#local/bedrock/api/openai/served-model.ts';
import { queryOf, sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { invalid, notFound } from '#local/bedrock/server/bedrock-error.ts';
import { allModels, hasEnded, type ModelFacts } from '#local/bedrock/model/catalogue.ts';

/** The lists of models of the APIs of OpenAI and Anthropic. At the root, both have the same path. */

/** Lists the models that the API serves. */
export const listModels: BedrockOperation = {
  name: 'ListModels',
  method: 'GET',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/openai|\/anthropic)?\/v1\/models$/u,
  answersWithoutModel: true,
  run(call) {
    if (isForAnthropic(call.request)) sendJson(call, anthropicPage(call));
    else sendJson(call, { object: 'list', data: servedModels(call).map(toOpenAi) });
  },
};

/** Returns one model. */
export const getModel: BedrockOperation = {
  name: 'GetModel',
  method: 'GET',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/openai|\/anthropic)?\/v1\/models\/(?<modelId>[^/]+)$/u,
  answersWithoutModel: true,
  run(call) {
    const id = call.params['modelId'] ?? '';
    const isAnthropic = isForAnthropic(call.request);
    const model = (isAnthropic ? claudeModels(call) : servedModels(call)).find(
      (candidate) => candidate.id === id,
    );
    if (model !== undefined)
      return sendJson(call, isAnthropic ? toAnthropic(model) : toOpenAi(model));
    throw isAnthropic ? notFound(`model: ${id}`) : unknownModel(id);
  },
};

/**
 * Returns the models that answer: those of the catalogue, each under all of its ids, and those that
 * were added to it.
 */
function servedModels({ context }: BedrockCall): readonly ModelFacts[] {
  const { aliases, servesEnded, withoutAccess } = context.policy;
  const served = [...allModels, ...aliases.values()].filter(
    (model) => (!hasEnded(model) || servesEnded) && !withoutAccess.has(model.id),
  );
  return served.flatMap((model) => idsOf(model).map((id) => Object.assign({}, model, { id })));
}

function idsOf({ id, shortIds = [] }: ModelFacts): readonly string[] {
  return [id, ...shortIds];
}

function claudeModels(call: BedrockCall): readonly ModelFacts[] {
  return servedModels(call).filter(({ format }) => format === 'anthropic');
}

/** A fixed time, because the catalogue does not say when a model was released. */
const created = new Date(Date.UTC(2026, 0, 1));

function toOpenAi({ id, provider }: ModelFacts): object {
  return {
    id,
    object: 'model',
    created: created.getTime() / 1_000,
    owned_by: provider.toLowerCase(),
  };
}

function toAnthropic({ id, name, contextTokens, maxOutputTokens }: ModelFacts): object {
  return {
    type: 'model',
    id,
    display_name: name,
    created_at: created.toISOString().replace('.000', ''),
    max_input_tokens: contextTokens,
    max_tokens: maxOutputTokens,
  };
}

/** Returns a page of Anthropic's list, which begins after `after_id` or ends before `before_id`. */
function anthropicPage(call: BedrockCall): object {
  const query = queryOf(call);
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw invalid('limit: Input should be between 1 and 1000');
  }
  const models = claudeModels(call);
  const indexOf = (name: string): number => models.findIndex(({ id }) => id === query.get(name));
  const isBackwards = query.has('before_id');
  const end = isBackwards ? Math.max(0, indexOf('before_id')) : models.length;
  const start = isBackwards ? Math.max(0, end - limit) : indexOf('after_id') + 1;
  const page = models.slice(start, Math.min(end, start + limit));
  return {
    data: page.map(toAnthropic),
    has_more: isBackwards ? start > 0 : start + page.length < end,
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}
