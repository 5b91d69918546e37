import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { isRecord } from '#local/wire/shape.ts';
import { toNumber } from '#local/wire/json/exact-json.ts';

interface InferenceSettings {
  readonly maxTokens: number;
  readonly temperature?: number | undefined;
  readonly isToolForced: boolean;
}

/**
 * Returns whether a request asks the model to show its reasoning: Anthropic's `thinking` (in
 * Converse also `reasoning_config`) and Nova's `reasoningConfig`. Throws the errors of those
 * models.
 */
export function readReasoning(
  model: ModelFacts,
  fields: Readonly<Record<string, unknown>>,
  inference: InferenceSettings,
): boolean {
  if (model.traits.reasoning === 'always') return true;
  const config = fields['thinking'] ?? fields['reasoning_config'] ?? fields['reasoningConfig'];
  if (!isRecord(config) || config['type'] === 'disabled') return false;
  if (model.traits.reasoning === 'never') {
    throw invalid(
      'The model returned the following errors: thinking: Extra inputs are not permitted',
    );
  }
  if (model.traits.nativeSchema === 'anthropic') checkThinking(config, inference);
  return true;
}

function checkThinking(
  config: Readonly<Record<string, unknown>>,
  inference: InferenceSettings,
): void {
  const { temperature, maxTokens, isToolForced } = inference;
  if (temperature !== undefined && temperature !== 1) {
    throw modelError('`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (isToolForced)
    throw modelError('Thinking may not be enabled when tool_choice forces tool use.');
  if (config['type'] !== 'enabled') return;
  const budget = Number(toNumber(config['budget_tokens']) ?? config['budget_tokens']);
  if (!(budget >= 1_024)) {
    throw modelError(
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    );
  }
  if (budget >= maxTokens)
    throw modelError('`max_tokens` must be greater than `thinking.budget_tokens`.');
}

function modelError(message: string): Error {
  return invalid(`The model returned the following errors: ${message}`);
}
