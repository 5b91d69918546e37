import type { BedrockContext } from '#local/bedrock/server/call-context.ts';
import type { TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';
import {
  parseInput,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** A session with an agent or a knowledge base. AWS stores it by its id. */
export interface Session {
  readonly messages: readonly TurnMessage[];
  /** Adds the user's input, as text or as blocks with tool results, and the answer to it. */
  remember(answer: Pick<WholeAnswer, 'blocks'>, input?: string | readonly TurnBlock[]): void;
}

/** The oldest session is dropped when there are more. */
const maxSessions = 10_000;

/** Returns the session of a key. It is empty if the key is new. */
export function openSession({ sessions }: BedrockContext, key: string): Session {
  const messages = sessions.get(key) ?? [];
  return {
    messages,
    remember({ blocks }, input = []) {
      const content: readonly TurnBlock[] =
        typeof input === 'string' ? [{ type: 'text', text: input }] : input;
      const output = { role: 'assistant', content: blocks.map(toBlock) } as const;
      sessions.set(key, [...messages, { role: 'user', content }, output]);
      const [oldest] = sessions.size > maxSessions ? sessions.keys() : [];
      if (oldest !== undefined) sessions.delete(oldest);
    },
  };
}

function toBlock(block: AnswerBlock): TurnBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'reasoning':
      return block;
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      return { type: 'tool-use', toolUseId, name, input: parseInput(inputJson) };
    }
  }
}
