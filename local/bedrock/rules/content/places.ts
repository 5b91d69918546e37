import type { RuledRequest } from '#local/bedrock/rules/model-rule.ts';
import type { Tool, TurnBlock } from '#local/bedrock/turn/turn.ts';

/** A block of a message, and where it is. */
export interface PlacedBlock {
  readonly block: TurnBlock;
  readonly role: 'user' | 'assistant';
  readonly message: number;
  /** The position in the content, where a cache point is a block of its own, as in Converse. */
  readonly position: number;
  /** The path in Anthropic's format, where a cache point is a part of the block before it. */
  readonly path: string;
}

/** Returns the blocks of all messages. Those inside the results of tools are not among them. */
export function placedBlocks({ messages }: Pick<RuledRequest, 'messages'>): readonly PlacedBlock[] {
  return messages.flatMap(({ role, content }, message) => {
    let blocks = -1;
    return content.map((block, position) => {
      if (block.type !== 'cache-point') blocks += 1;
      const path = `messages.${message}.content.${Math.max(0, blocks)}`;
      return { block, role, message, position, path };
    });
  });
}

/** Returns the type that Anthropic's API has for a block. */
export function nativeType(block: TurnBlock): string {
  if (block.type === 'reasoning')
    return block.redacted === undefined ? 'thinking' : 'redacted_thinking';
  return nativeTypes.get(block.type) ?? 'text';
}

const nativeTypes: ReadonlyMap<TurnBlock['type'], string> = new Map([
  ['image', 'image'],
  ['document', 'document'],
  ['search-result', 'search_result'],
  ['tool-use', 'tool_use'],
  ['tool-result', 'tool_result'],
  ['server-tool', 'server_tool_use'],
]);

/** Returns the position of a tool in the request, which can also have tools of other kinds. */
export function placeOfTool({ asked, tools }: RuledRequest, tool: Tool): number {
  const inOrder: unknown = asked.api === 'converse' ? undefined : asked.fields['tools'];
  const found = Array.isArray(inOrder)
    ? inOrder.findIndex((candidate: unknown) => nameOf(candidate) === tool.name)
    : -1;
  return found === -1 ? tools.indexOf(tool) : found;
}

function nameOf(tool: unknown): unknown {
  return typeof tool === 'object' && tool !== null && 'name' in tool ? tool.name : undefined;
}
