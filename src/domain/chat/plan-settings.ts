import { invalidRequest } from '#domain/errors.ts';
import {
  minThinkingTokens,
  noTraits,
  type ModelSettings,
  type ModelTraits,
} from '#domain/model-settings.ts';
import type { ChatChoices, ChatRequest } from '#domain/chat/chat-request.ts';
import { mustBeOneOf } from '#domain/chat/plan-extensions.ts';

/** Returns the settings of a request, with those of the deployment where it has none. */
export function planSettings(
  { effort, thinking, serviceTier, promptCache }: ModelSettings,
  { settings: { defaults, serviceTiers } }: Pick<ChatChoices, 'settings'>,
): ModelSettings {
  const tier = serviceTier ?? serviceTiers[0];
  return {
    effort: effort ?? defaults.effort,
    thinking: thinking ?? defaults.thinking,
    // The standard tier is what a request without a tier gets.
    serviceTier: tier === 'default' ? undefined : tier,
    promptCache: promptCache ?? defaults.promptCache,
  };
}

/**
 * Throws `invalid_request`, naming the field and the allowed values, if the requested model does not
 * have a setting, or the deployment does not allow it. With the automatic choice of a model, it is
 * enough that one of them has it. A request without a model is for the first one.
 */
export function assertSettings(
  chat: Pick<ChatRequest, 'modelId' | 'inference' | 'knowledge'> & ModelSettings,
  { models, settings }: Pick<ChatChoices, 'models' | 'settings'>,
): void {
  const { modelId = models[0], effort, thinking, serviceTier, promptCache } = chat;
  const ids = settings.traits[modelId] === undefined ? models : [modelId];
  const allowed = ids.map((id) => settings.traits[id] ?? noTraits);
  assertOneOf(
    'effort',
    effort,
    allowed.flatMap(({ efforts }) => efforts),
  );
  assertOneOf(
    'prompt_cache',
    promptCache,
    allowed.flatMap((each) => each.promptCaches),
  );
  assertOneOf('service_tier', serviceTier, settings.serviceTiers);
  if (thinking === true) assertThinking(chat, allowed);
  if (chat.knowledge?.mode !== 'retrieve_and_generate') return;
  const fields = { effort, thinking, service_tier: serviceTier, prompt_cache: promptCache };
  const [field] = Object.entries(fields).find(([, value]) => value !== undefined) ?? [];
  if (field !== undefined) {
    throw invalidRequest(field, 'cannot be combined with retrieve_and_generate');
  }
}

function assertOneOf(field: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  if (allowed.length === 0) throw invalidRequest(field, 'is not available with this model');
  throw mustBeOneOf(field, [...new Set(allowed)]);
}

/** Models think only without sampling settings, and only if an answer has room for it. */
function assertThinking(
  { inference }: Pick<ChatRequest, 'inference'>,
  allowed: readonly ModelTraits[],
): void {
  if (!allowed.some(({ thinks }) => thinks)) {
    throw invalidRequest('thinking', 'is not available with this model');
  }
  const { temperature, topP, maxTokens } = inference;
  if (temperature !== undefined || topP !== undefined) {
    const field = temperature === undefined ? 'top_p' : 'temperature';
    throw invalidRequest('thinking', `cannot be combined with inference.${field}`);
  }
  if (maxTokens !== undefined && maxTokens <= minThinkingTokens) {
    throw invalidRequest('inference.max_tokens', `must be above ${minThinkingTokens} for thinking`);
  }
}
