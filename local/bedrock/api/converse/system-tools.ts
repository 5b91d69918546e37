import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ServerTool } from '#local/bedrock/turn/turn.ts';

/**
 * Returns a tool that the model's provider runs. Only Nova 2 and Nova Premier have such (Amazon
 * Nova's user guide): web grounding and the code interpreter. Throws for any other.
 */
export function readSystemTool({ id }: ModelFacts, name: string): ServerTool {
  const isSupported = /nova-(?:2-(?!sonic|multimodal)|premier)/u.test(id);
  if (isSupported && (name === 'nova_grounding' || name === 'nova_code_interpreter')) {
    return { type: name, name };
  }
  throw invalid(`This model doesn't support the system tool ${name}.`);
}
