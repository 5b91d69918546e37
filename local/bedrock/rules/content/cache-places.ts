import type { RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import { nativeType, placedBlocks } from '#local/bedrock/rules/content/places.ts';
import type { CacheTtl, TurnBlock } from '#local/bedrock/turn/turn.ts';

/** A cache point of a request, and where it is. */
export interface PlacedCachePoint {
  readonly ttl: CacheTtl;
  readonly place: 'tools' | 'system' | 'messages';
  /** The block directly before it, in a message. */
  readonly before?: TurnBlock | undefined;
  /** Whether nothing is before it in its own list. */
  readonly isFirst: boolean;
  /** The path of the block before it in Anthropic's format, which has the point as a part of it. */
  readonly path: string;
  /** The same, with the type of the block. */
  readonly typedPath: string;
  /** The path that the point has in Anthropic's format, if it becomes no part of a block. */
  readonly ownPath: string;
  /** The path of the block before it, in the words of Nova. */
  readonly pointer: string;
}

/** Returns the cache points in the order in which a model reads them. */
export function cachePointsOf(request: RuledRequest): readonly PlacedCachePoint[] {
  return [...inTools(request), ...inSystem(request), ...inMessages(request)];
}

function inTools({ toolCachePoints = [] }: RuledRequest): readonly PlacedCachePoint[] {
  return toolCachePoints.map(({ ttl, after }) => {
    const path = `tools.${Math.max(0, after - 1)}`;
    return {
      ttl,
      place: 'tools',
      isFirst: after === 0,
      path,
      typedPath: `${path}.custom`,
      ownPath: `tools.${after}`,
      pointer: `#/toolConfig/tools/${Math.max(0, after - 1)}`,
    };
  });
}

function inSystem({ system }: RuledRequest): readonly PlacedCachePoint[] {
  let blocks = 0;
  return system.flatMap((block, position): readonly PlacedCachePoint[] => {
    if (block.type !== 'cache-point') blocks += 1;
    if (block.type !== 'cache-point') return [];
    const path = `system.${Math.max(0, blocks - 1)}`;
    return [
      {
        ttl: block.ttl,
        place: 'system',
        isFirst: position === 0,
        path,
        typedPath: path,
        ownPath: `system.${blocks}`,
        pointer: `#/system/${Math.max(0, position - 1)}`,
      },
    ];
  });
}

function inMessages(request: RuledRequest): readonly PlacedCachePoint[] {
  return placedBlocks(request).flatMap(({ block, message, path, position }) => {
    const place = 'messages' as const;
    if (block.type === 'tool-result') {
      return block.content.flatMap((inner, index): readonly PlacedCachePoint[] => {
        if (inner.type !== 'cache-point') return [];
        const nested = `${path}.content.${Math.max(0, index - 1)}`;
        const paths = { path: nested, typedPath: nested, ownPath: nested, pointer: nested };
        return [{ ttl: inner.ttl, place, isFirst: false, ...paths }];
      });
    }
    if (block.type !== 'cache-point') return [];
    const content = request.messages[message]?.content ?? [];
    const before = content[position - 1];
    const typedPath = before === undefined ? path : `${path}.${nativeType(before)}`;
    const ownPath = `messages.${message}.content.${nativeLength(content.slice(0, position))}`;
    const pointer = `#/messages/${message}/content/${Math.max(0, position - 1)}`;
    const isFirst = position === 0;
    return [{ ttl: block.ttl, place, before, isFirst, path, typedPath, ownPath, pointer }];
  });
}

/** Converse gives a document that is not a PDF to Claude as two blocks of text. */
function nativeLength(content: readonly TurnBlock[]): number {
  return content.reduce((sum, block) => {
    if (block.type === 'cache-point') return sum;
    return sum + (block.type === 'document' && block.format !== 'pdf' ? 2 : 1);
  }, 0);
}
