import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/models.ts';
import { isRecord } from '#local/wire/shape.ts';

interface Inference {
  readonly maxTokens: number;
  readonly temperature?: number | undefined;
  readonly isToolForced: boolean;
}

/**
 * Whether a model is to show its reasoning: Anthropic's `thinking` (Converse has it as
 * `reasoning_config` too) and Nova's `reasoningConfig`. Throws what those models refuse.
 */
export function readReasoning(
  model: ModelFacts,
  fields: Readonly<Record<string, unknown>>,
  inference: Inference,
): boolean {
  if (model.reasoning === 'always') return true;
  const config = fields['thinking'] ?? fields['reasoning_config'] ?? fields['reasoningConfig'];
  if (!isRecord(config) || config['type'] === 'disabled') return false;
  if (model.reasoning === 'never') {
    throw invalid(
      'The model returned the following errors: thinking: Extra inputs are not permitted',
    );
  }
  if (model.provider === 'Anthropic') checkThinking(config, inference);
  return true;
}

function checkThinking(config: Readonly<Record<string, unknown>>, inference: Inference): void {
  const { temperature, maxTokens, isToolForced } = inference;
  if (temperature !== undefined && temperature !== 1) {
    throw say('`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (isToolForced) throw say('Thinking may not be enabled when tool_choice forces tool use.');
  if (config['type'] !== 'enabled') return;
  const budget = Number(config['budget_tokens']);
  if (!(budget >= 1_024)) {
    throw say('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
  }
  if (budget >= maxTokens) throw say('`max_tokens` must be greater than `thinking.budget_tokens`.');
}

function say(words: string): Error {
  return invalid(`The model returned the following errors: ${words}`);
}
