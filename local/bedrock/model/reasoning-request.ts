import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { isRecord } from '#local/wire/shape.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns how a request asks for reasoning: Anthropic's `thinking` (in Converse also
 * `reasoning_config`) or Nova's `reasoningConfig`. It is not checked.
 */
export function readThinking(fields: Fields): Fields | undefined {
  const config = fields['thinking'] ?? fields['reasoning_config'] ?? fields['reasoningConfig'];
  return isRecord(config) ? config : undefined;
}

/** Returns whether the answer shows the model's reasoning. */
export function showsReasoning({ traits }: ModelFacts, fields: Fields): boolean {
  if (traits.reasoning === 'always') return true;
  const type = readThinking(fields)?.['type'];
  return traits.reasoning === 'on-request' && type !== undefined && type !== 'disabled';
}
