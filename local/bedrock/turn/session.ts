import type { BedrockContext } from '#local/bedrock/server/call-context.ts';
import type { TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';
import {
  parseInput,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** What was said in a session of an agent or a knowledge base, which AWS keeps by its id. */
export interface Session {
  readonly messages: readonly TurnMessage[];
  /** Adds what was asked, in words or as results of tools, and what was answered. */
  remember(answer: Pick<WholeAnswer, 'blocks'>, asked?: string | readonly TurnBlock[]): void;
}

/** So many sessions are remembered. */
const mostSessions = 10_000;

/** The session of a key; a new one where there is none. */
export function openSession({ sessions }: BedrockContext, key: string): Session {
  const messages = sessions.get(key) ?? [];
  return {
    messages,
    remember({ blocks }, asked = []) {
      const content: readonly TurnBlock[] =
        typeof asked === 'string' ? [{ type: 'text', text: asked }] : asked;
      const answered = { role: 'assistant', content: blocks.map(toBlock) } as const;
      sessions.set(key, [...messages, { role: 'user', content }, answered]);
      const [oldest] = sessions.size > mostSessions ? sessions.keys() : [];
      if (oldest !== undefined) sessions.delete(oldest);
    },
  };
}

function toBlock(block: AnswerBlock): TurnBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'reasoning':
      return { type: 'reasoning', text: block.text };
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      return { type: 'tool-use', toolUseId, name, input: parseInput(inputJson) };
    }
  }
}
