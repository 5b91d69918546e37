import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ServerTool } from '#local/bedrock/turn/turn.ts';

/** Returns a tool that the model's provider runs. Throws if the model does not have it. */
export function readSystemTool({ traits }: ModelFacts, name: string): ServerTool {
  if (traits.systemTools.includes(name)) return { type: name, name };
  throw invalid(`This model doesn't support the system tool ${name}.`);
}
