import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { createToolShape, readTools } from '#local/bedrock/api/anthropic/read-tools.ts';
import { invalidFields } from '#local/bedrock/api/anthropic/invalid-fields.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { Tool } from '#local/bedrock/turn/turn.ts';
import { list, readShape, string, structure } from '#local/wire/shape.ts';

const fieldsShape = structure(
  {},
  { tools: list(createToolShape({})), anthropic_beta: list(string()) },
);

/**
 * Returns the tools of `additionalModelRequestFields`, in which a Claude model takes those that
 * Anthropic defines. Throws the model's own errors, in Converse's words.
 */
export function readNativeTools(
  { format }: ModelFacts,
  fields: Readonly<Record<string, unknown>>,
): readonly Tool[] {
  if (format !== 'anthropic' || fields['tools'] === undefined) return [];
  try {
    const { tools = [], anthropic_beta: betas = [] } = readShape(
      fieldsShape,
      fields,
      invalidFields,
    );
    // What a search for tools returns through Converse is not documented, so it returns nothing here.
    return readTools(tools, { isAnthropicApi: false, betas }).tools;
  } catch (error) {
    if (!(error instanceof BedrockError)) throw error;
    throw invalid(`The model returned the following errors: ${error.message}`);
  }
}
