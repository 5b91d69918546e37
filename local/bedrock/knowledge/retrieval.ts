import { notFound } from '#local/bedrock/server/bedrock-error.ts';
import { filterShape } from '#local/bedrock/knowledge/filter.ts';
import type { Found, KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import type { TurnBlock } from '#local/bedrock/turn/turn.ts';
import type { BedrockContext } from '#local/bedrock/server/call-context.ts';
import { integer, oneOf, structure, type Shaped } from '#local/wire/shape.ts';

/** How a knowledge base is to be searched, as Retrieve and RetrieveAndGenerate both say it. */
export const retrievalShape = structure(
  {},
  {
    vectorSearchConfiguration: structure(
      {},
      {
        numberOfResults: integer({ min: 1, max: 100 }),
        overrideSearchType: oneOf('HYBRID', 'SEMANTIC'),
        filter: filterShape,
      },
    ),
  },
);

/** The knowledge base of an id. Throws a ResourceNotFoundException where there is none. */
export function findKnowledgeBase({ knowledgeBases }: BedrockContext, id: string): KnowledgeBase {
  const base = knowledgeBases.get(id);
  if (base === undefined) throw notFound(`Knowledge Base with id ${id} does not exist`);
  return base;
}

/** The passages for a question; five where nothing is said of their number. */
export function search(
  base: KnowledgeBase,
  query: string,
  retrieval: Shaped<typeof retrievalShape> | undefined,
): readonly Found[] {
  const { numberOfResults: limit = 5, filter } = retrieval?.vectorSearchConfiguration ?? {};
  return base.search(query, { limit, filter });
}

/** A passage as an answer refers to it. */
export function toReference({ text, uri, metadata }: Found): object {
  return {
    content: { text, type: 'TEXT' },
    location: { s3Location: { uri }, type: 'S3' },
    metadata,
  };
}

/** A passage, as what a search gave: the answer is to cite it. */
export function toSearchResult({ title, text, uri }: Found): TurnBlock {
  return { type: 'search-result', source: uri, title, content: [text], citations: true };
}
