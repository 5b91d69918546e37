import {
  cacheAfterDocument,
  cacheAfterReasoning,
  cacheContent,
  cacheCount,
  cacheLifetime,
  cacheOrder,
  cachePlaces,
  cacheSupport,
} from '#local/bedrock/rules/content/cache-points.ts';
import {
  documentCount,
  documentNames,
  documentSize,
  documentsTwice,
  documentText,
} from '#local/bedrock/rules/content/documents.ts';
import { jsonObjects } from '#local/bedrock/rules/content/json-values.ts';
import { mixedBlocks } from '#local/bedrock/rules/content/mixed-blocks.ts';
import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';
import {
  reasoningDisabled,
  reasoningField,
  reasoningFirst,
  reasoningLast,
  reasoningSignature,
  reasoningSupport,
} from '#local/bedrock/rules/content/reasoning-history.ts';
import {
  schemaType,
  schemaUnions,
  strictComplexity,
  strictCount,
  strictKeywords,
  strictSupport,
} from '#local/bedrock/rules/content/tool-schemas.ts';

/** The rules about the content of a conversation and its tools. Converse checks its own first. */
export const contentRules: readonly ModelRule[] = [
  documentNames,
  documentsTwice,
  documentCount,
  documentSize,
  documentText,
  jsonObjects,
  mixedBlocks,
  reasoningField,
  reasoningSupport,
  cacheSupport,
  cacheContent,
  cacheAfterReasoning,
  schemaType,
  schemaUnions,
  strictSupport,
  strictCount,
  strictKeywords,
  strictComplexity,
  reasoningSignature,
  reasoningFirst,
  reasoningLast,
  reasoningDisabled,
  cachePlaces,
  cacheLifetime,
  cacheOrder,
  cacheCount,
  cacheAfterDocument,
];
