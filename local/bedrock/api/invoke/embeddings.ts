import { createHash } from 'node:crypto';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { invalidBody } from '#local/bedrock/api/invoke/format.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import {
  boolean,
  closedStructure,
  integer,
  list,
  oneOf,
  readShape,
  string,
  structure,
} from '#local/wire/shape.ts';

/** The response of an embedding model, and the tokens of its input. */
export interface EmbeddingResult {
  readonly body: object;
  /** The vectors as numbers, one for each text. */
  readonly vectors: readonly (readonly number[])[];
  readonly inputTokens: number;
}

/** Returns embeddings in the format of the model. Throws the model's errors. */
export function embed(model: ModelFacts, body: unknown): EmbeddingResult {
  if (model.format === 'cohere-embed') return embedCohere(model, body);
  return model.format === 'nova-embed' ? embedNova(model, body) : embedTitan(model, body);
}

const titanShape = closedStructure(
  { inputText: string({ min: 1 }) },
  { dimensions: integer(), normalize: boolean, embeddingTypes: list(oneOf('float', 'binary')) },
);

function embedTitan(model: ModelFacts, body: unknown): EmbeddingResult {
  const request = readShape(titanShape, body, invalidBody);
  const { inputText, dimensions = model.traits.dimensions } = request;
  if (![256, 512, 1_024, 1_536].includes(dimensions)) {
    throw invalid(
      `Malformed input request: #/dimensions: ${dimensions} is not a valid enum value, please reformat your input and try again.`,
    );
  }
  const inputTokens = checkLength(model, inputText);
  const embedding = vectorOf(inputText, dimensions);
  const binary = embedding.map((value) => Number(value > 0));
  const types = request.embeddingTypes ?? ['float'];
  const embeddingsByType = {
    ...(types.includes('float') ? { float: embedding } : {}),
    ...(types.includes('binary') ? { binary } : {}),
  };
  const floats = types.includes('float') ? { embedding } : {};
  return {
    body: { ...floats, embeddingsByType, inputTextTokenCount: inputTokens },
    vectors: [embedding],
    inputTokens,
  };
}

const cohereShape = structure(
  {
    texts: list(string({ min: 1 }), { min: 1, max: 96 }),
    input_type: oneOf('search_document', 'search_query', 'classification', 'clustering'),
  },
  {
    truncate: oneOf('NONE', 'START', 'END', 'LEFT', 'RIGHT'),
    embedding_types: list(oneOf('float', 'int8', 'uint8', 'binary', 'ubinary')),
    output_dimension: integer({ min: 256, max: 1_536 }),
  },
);

function embedCohere(model: ModelFacts, body: unknown): EmbeddingResult {
  const {
    texts,
    embedding_types: types,
    output_dimension: size,
  } = readShape(cohereShape, body, invalidBody);
  const dimensions = size ?? model.traits.dimensions;
  const float = texts.map((text) => vectorOf(text, dimensions));
  const inputTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const byType = Object.fromEntries(
    (types ?? []).map((type) => [type, float.map(toNumbers[type])]),
  );
  const id = idFrom(texts.join('\n'), 32);
  return {
    inputTokens,
    vectors: float,
    body:
      types === undefined
        ? { id, embeddings: float, response_type: 'embeddings_floats', texts }
        : { id, embeddings: byType, response_type: 'embeddings_by_type', texts },
  };
}

type Quantized = (vector: readonly number[]) => readonly number[];

const toNumbers: Readonly<Record<'float' | 'int8' | 'uint8' | 'binary' | 'ubinary', Quantized>> = {
  float: (vector) => vector,
  int8: (vector) => vector.map((value) => Math.round(value * 127)),
  uint8: (vector) => vector.map((value) => Math.round(value * 127) + 128),
  binary: (vector) => packSigns(vector).map((byte) => byte - 128),
  ubinary: (vector) => packSigns(vector),
};

/** Packs one bit per number: whether it is positive. */
function packSigns(vector: readonly number[]): readonly number[] {
  return Array.from({ length: Math.ceil(vector.length / 8) }, (_, index) =>
    vector
      .slice(index * 8, index * 8 + 8)
      .reduce((byte, value, bit) => byte + (value > 0 ? 2 ** (7 - bit) : 0), 0),
  );
}

const novaShape = structure(
  {
    taskType: oneOf('SINGLE_EMBEDDING'),
    singleEmbeddingParams: structure(
      {
        embeddingPurpose: string(),
        text: structure(
          { value: string({ min: 1 }) },
          { truncationMode: oneOf('START', 'END', 'NONE') },
        ),
      },
      { embeddingDimension: integer({ min: 1, max: 3_072 }) },
    ),
  },
  { schemaVersion: string() },
);

function embedNova(model: ModelFacts, body: unknown): EmbeddingResult {
  const { singleEmbeddingParams: params } = readShape(novaShape, body, invalidBody);
  const inputTokens = checkLength(model, params.text.value);
  const embedding = vectorOf(
    params.text.value,
    params.embeddingDimension ?? model.traits.dimensions,
  );
  return {
    inputTokens,
    vectors: [embedding],
    body: { embeddings: [{ embedding, embeddingType: 'TEXT' }] },
  };
}

function checkLength({ contextTokens = Infinity }: ModelFacts, text: string): number {
  const tokens = countTokens(text);
  if (tokens <= contextTokens) return tokens;
  throw invalid(
    `Too many input tokens. Max input tokens: ${contextTokens}, request input token count: ${tokens}`,
  );
}

/**
 * Returns a unit vector by feature hashing. The hash of each word and of each run of three
 * characters picks the dimension that the feature adds to, so texts that share words are close to
 * each other.
 */
function vectorOf(text: string, dimensions: number): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const [feature, weight] of featuresOf(text.normalize('NFKC').toLowerCase())) {
    const hash = createHash('sha1').update(feature).digest();
    const index = hash.readUInt32BE(0) % dimensions;
    vector[index] = (vector[index] ?? 0) + ((hash[4] ?? 0) % 2 === 0 ? weight : -weight);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => Math.fround(value / length));
}

function* featuresOf(text: string): Generator<readonly [string, number]> {
  for (const { segment, isWordLike } of new Intl.Segmenter('ja', { granularity: 'word' }).segment(
    text,
  )) {
    if (isWordLike !== true) continue;
    yield [`word ${segment}`, 1];
    for (let at = 0; at + 3 <= segment.length; at += 1) yield [segment.slice(at, at + 3), 0.3];
  }
}
