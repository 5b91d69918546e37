import { notFound } from '#local/bedrock/server/bedrock-error.ts';
import { filterShape } from '#local/bedrock/knowledge/filter.ts';
import type { ScoredPassage, KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import type { TurnBlock } from '#local/bedrock/turn/turn.ts';
import type { BedrockContext } from '#local/bedrock/server/call-context.ts';
import { integer, oneOf, structure, type Shaped } from '#local/wire/shape.ts';

/** The retrieval configuration of Retrieve and RetrieveAndGenerate. */
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

/** Returns the knowledge base with an id. Throws a ResourceNotFoundException if it does not exist. */
export function findKnowledgeBase({ knowledgeBases }: BedrockContext, id: string): KnowledgeBase {
  const base = knowledgeBases.get(id);
  if (base === undefined) throw notFound(`Knowledge Base with id ${id} does not exist`);
  return base;
}

/** Returns the passages for a query. The default number of results is five. */
export function retrievePassages(
  base: KnowledgeBase,
  query: string,
  retrieval: Shaped<typeof retrievalShape> | undefined,
): readonly ScoredPassage[] {
  const { numberOfResults: limit = 5, filter } = retrieval?.vectorSearchConfiguration ?? {};
  return base.search(query, { limit, filter });
}

/** Returns a passage as a retrieved reference of the API. */
export function toReference({ text, uri, metadata }: ScoredPassage): object {
  return {
    content: { text, type: 'TEXT' },
    location: { s3Location: { uri }, type: 'S3' },
    metadata,
  };
}

/** Returns a passage as a search result for the model, with citations enabled. */
export function toSearchResult({ title, text, uri }: ScoredPassage): TurnBlock {
  return { type: 'search-result', source: uri, title, content: [text], citations: true };
}
