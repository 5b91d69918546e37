import { embed } from '#local/bedrock/api/invoke/embeddings.ts';
import { invalidParameters } from '#local/bedrock/api/openai/invalid-parameters.ts';
import { requireEmbeddingModel } from '#local/bedrock/api/openai/served-model.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import { either, integer, list, oneOf, readShape, string, structure } from '#local/wire/shape.ts';

/** Texts only: tokens are those of OpenAI's own models, which no embedding model here can read. */
const text = string({ min: 1 });

const embeddingsShape = structure(
  { model: string({ min: 1 }), input: either(text, list(text, { min: 1, max: 2_048 })) },
  { encoding_format: oneOf('float', 'base64'), dimensions: integer({ min: 1 }), user: string() },
);

/** OpenAI's embeddings, of the same models and with the same vectors as InvokeModel. */
export const embeddings: BedrockOperation = {
  name: 'Embeddings',
  method: 'POST',
  signingServices: ['bedrock-mantle', 'bedrock'],
  path: /^(?:\/openai)?\/v1\/embeddings$/u,
  answersWithoutModel: true,
  run(call) {
    const body = readShape(embeddingsShape, parseBody(call.request.body), invalidParameters);
    call.note.modelId = body.model;
    const model = requireEmbeddingModel(call, body.model);
    const texts = typeof body.input === 'string' ? [body.input] : body.input;
    const results = texts.map((input) => embed(model, toNative(model, input, body.dimensions)));
    const tokens = results.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    const encode = body.encoding_format === 'base64' ? toBase64 : toNumbers;
    const data = results
      .flatMap(({ vectors }) => vectors)
      .map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) }));
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    sendJson(call, { object: 'list', data, model: body.model, usage });
  },
};

/** Returns the request for one text in the native format of the model. */
function toNative({ format }: ModelFacts, input: string, size: number | undefined): object {
  if (format === 'cohere-embed') {
    return { texts: [input], input_type: 'search_document', output_dimension: size };
  }
  if (format !== 'nova-embed') return { inputText: input, dimensions: size };
  return {
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: 'GENERIC_INDEX',
      embeddingDimension: size,
      text: { value: input, truncationMode: 'END' },
    },
  };
}

function toNumbers(vector: readonly number[]): readonly number[] {
  return vector;
}

/** Returns the numbers as floats of 32 bits, the lowest byte first. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
