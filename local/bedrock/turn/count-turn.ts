import { extractDocuments } from '#local/bedrock/model/extract-documents.ts';
import { countInput } from '#local/bedrock/model/input-tokens.ts';
import { checkModelRules } from '#local/bedrock/rules/model-rules.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * Returns the input tokens of a turn that is only counted. Throws the error of its model for a
 * request that the model would refuse.
 */
export async function countTurn({ context }: BedrockCall, turn: ModelTurn): Promise<number> {
  checkModelRules(turn, { isStreamed: false, enabledRules: context.enabledRules });
  return countInput(await extractDocuments(turn));
}
