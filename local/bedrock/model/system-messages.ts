import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';

/**
 * Whether a model takes messages of the role `system` between the others. Of Claude, those from
 * Opus 4.8 on do, but not Sonnet 5 (Anthropic's documentation of mid-conversation system messages,
 * November 2026). Of other models, no refusal is known.
 */
export function takesSystemMessages({ id, provider }: ModelFacts): boolean {
  if (provider !== 'Anthropic') return true;
  return /claude-(?:opus-(?:4-8|5)|sonnet-5-5|haiku-5-5|fable-5|mythos-5)/u.test(id);
}

/** What a Claude model answers that does not take them, as Haiku 4.5 does. */
export const unexpectedSystemRole =
  'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, ' +
  'not "system" as an input message role.';
