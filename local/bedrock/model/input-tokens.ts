import { createHash } from 'node:crypto';
import { imageTokens } from '#local/bedrock/model/image-size.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import type { CacheTtl, ModelTurn, TurnBlock } from '#local/bedrock/turn/turn.ts';

/** A part of a turn's input. A model reads them in order: tools, system prompt, messages. */
export type InputSegment =
  | { readonly type: 'content'; readonly tokens: number; hash(): string }
  | { readonly type: 'cache-point'; readonly ttl: CacheTtl };

/** Returns all of a turn's input, in the order in which the model reads it. */
export function inputSegments(turn: ModelTurn): readonly InputSegment[] {
  const { toolCachePoints = [] } = turn;
  const segments = turn.tools.flatMap((tool, index, { length }): readonly InputSegment[] => [
    content(JSON.stringify(tool), 8),
    ...toolCachePoints
      // Tools of the service are no part of the input, but count here.
      .filter(({ after }) => Math.min(after, length) === index + 1)
      .map(({ ttl }) => ({ type: 'cache-point' as const, ttl })),
  ]);
  if (turn.schema !== undefined) segments.push(content(JSON.stringify(turn.schema), 8));
  segments.push(...blocksOf(turn.system, 'system'));
  for (const message of turn.messages) segments.push(...blocksOf(message.content, message.role));
  return segments;
}

/** Returns the number of a turn's input tokens, by the approximation in `tokens.ts`. */
export function countInput(turn: ModelTurn): number {
  return inputSegments(turn).reduce(
    (sum, segment) => sum + (segment.type === 'content' ? segment.tokens : 0),
    0,
  );
}

/** As on Bedrock, each message costs a few tokens more than its content. */
function blocksOf(blocks: readonly TurnBlock[], role: string): readonly InputSegment[] {
  if (blocks.length === 0) return [];
  return [
    { type: 'content', tokens: 4, hash: () => role },
    ...blocks.map((block): InputSegment => {
      if (block.type === 'cache-point') return { type: 'cache-point', ttl: block.ttl };
      return { type: 'content', tokens: blockTokens(block), hash: () => hashOf(block) };
    }),
  ];
}

function blockTokens(block: TurnBlock): number {
  switch (block.type) {
    case 'text':
    case 'guarded-text':
    case 'system-text':
    case 'reasoning':
      return countTokens(block.text);
    case 'image':
      return imageTokens(block.bytes);
    case 'document':
      return countTokens(block.text) + 20;
    case 'media':
      return Math.ceil(block.bytes.length / 1_000);
    case 'search-result':
      return countTokens(`${block.title} ${block.content.join(' ')}`) + 10;
    case 'tool-use':
      return countTokens(JSON.stringify(block.input)) + countTokens(block.name) + 8;
    case 'tool-result':
      return block.content.reduce((sum, inner) => sum + blockTokens(inner), 8);
    case 'server-tool':
      return countTokens(block.json);
    case 'cache-point':
      return 0;
  }
}

function content(text: string, extra: number): InputSegment {
  return { type: 'content', tokens: countTokens(text) + extra, hash: () => text };
}

function hashOf(block: TurnBlock): string {
  if (block.type === 'text') return block.text;
  return createHash('sha256').update(JSON.stringify(block)).digest('base64');
}
