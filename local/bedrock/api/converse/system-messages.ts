import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { WireMessage } from '#local/bedrock/api/converse/request-shape.ts';
import type { Tool, TurnBlock } from '#local/bedrock/turn/turn.ts';

/**
 * Messages of the role `system` between the others: instructions that apply from there on, and
 * tools that become available or unavailable.
 */

/** Throws Bedrock's error for a system message with blocks that the service does not take there. */
export function checkSystemMessage({ content }: WireMessage, path: string): void {
  const other = content.find(({ type }) => !allowed.has(type));
  if (other === undefined) return;
  throw invalid(
    `The ${other.type} content block at ${path}.content is not supported for system turns.`,
  );
}

const allowed: ReadonlySet<string> = new Set(['text', 'cachePoint', 'toolAddition', 'toolRemoval']);

/** Returns the blocks of a system message. They are read with the message before it. */
export function toSystemBlocks({ content }: WireMessage): readonly TurnBlock[] {
  return content.flatMap((block): readonly TurnBlock[] => {
    if (block.type === 'text') return [{ type: 'system-text', text: block.value }];
    if (block.type !== 'cachePoint') return [];
    return [{ type: 'cache-point', ttl: block.value.ttl ?? '5m' }];
  });
}

/**
 * Returns the tools that are available at the end of the conversation. Throws if a message changes
 * a tool that the request does not declare, which the service model rules out.
 */
export function availableTools(
  tools: readonly Tool[],
  messages: readonly WireMessage[],
): readonly Tool[] {
  const removed = new Set<string>();
  for (const block of messages.flatMap(({ content }) => content)) {
    if (block.type !== 'toolAddition' && block.type !== 'toolRemoval') continue;
    const { name = '' } = block.value.tool;
    if (!tools.some((tool) => tool.name === name)) {
      throw invalid(`The tool name ${name} in ${block.type} is not defined in toolConfig.tools.`);
    }
    if (block.type === 'toolRemoval') removed.add(name);
    else removed.delete(name);
  }
  return tools.filter(({ name }) => !removed.has(name));
}
