import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly TurnBlock[];
}

export const mustBeginWithUser = 'messages: first message must use the "user" role';

/**
 * Combines messages of one role in a row, as Anthropic's API documents. An instruction in
 * mid-conversation is read with the message before it. Throws for a message without content.
 */
export function combineTurns(messages: readonly Message[]): readonly TurnMessage[] {
  const combined: TurnMessage[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (content.length === 0) {
      throw invalid(`messages.${index}: all messages must have non-empty content`);
    }
    const last = combined.at(-1);
    if (role === 'system') {
      if (last === undefined) throw invalid(mustBeginWithUser);
      combined[combined.length - 1] = withBlocks(last, content.map(toInstruction));
    } else if (last?.role === role) combined[combined.length - 1] = withBlocks(last, content);
    else combined.push({ role, content });
  }
  return combined;
}

function withBlocks({ role, content }: TurnMessage, more: readonly TurnBlock[]): TurnMessage {
  return { role, content: [...content, ...more] };
}

function toInstruction(block: TurnBlock): TurnBlock {
  return block.type === 'text' ? { type: 'system-text', text: block.text } : block;
}
