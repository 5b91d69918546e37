import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly TurnBlock[];
}

/** What a Claude model answers that takes no such messages (claude-agent-sdk-typescript#350). */
export const unexpectedSystemRole =
  'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, ' +
  'not "system" as an input message role.';

export const mustBeginWithUser = 'messages: first message must use the "user" role';

/**
 * Combines messages of one role in a row, as Anthropic's API documents. An instruction in
 * mid-conversation is read with the message before it. Throws for a message without content.
 */
export function combineTurns(
  model: ModelFacts,
  messages: readonly Message[],
): readonly TurnMessage[] {
  const combined: TurnMessage[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (content.length === 0) {
      throw invalid(`messages.${index}: all messages must have non-empty content`);
    }
    const last = combined.at(-1);
    if (role === 'system') {
      if (!model.traits.systemMessages) throw invalid(unexpectedSystemRole);
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
