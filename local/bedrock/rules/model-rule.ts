import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * Something that a model refuses, although its API takes it. A rule reads the traits of the model,
 * and no ids. It applies to every API that takes the same request.
 */
export interface ModelRule {
  readonly name: string;
  /** What is refused, and what is right instead, in one sentence. */
  readonly summary: string;
  /** Where the refusal and its words are known from. */
  readonly sources: readonly string[];
  /** The day on which the sources were read. */
  readonly checked: string;
  /** Why the rule is off: sources of equal weight disagree. Absent: it is on. */
  readonly isOff?: string | undefined;
  /** Throws the model's error if the request breaks the rule. */
  readonly check: (request: RuledRequest) => void;
}

/** What rules read: the turn, and how it was asked for. */
export interface RuledRequest extends ModelTurn {
  readonly isStreamed: boolean;
}

/**
 * Returns the error in which the model itself refuses a request. Converse says first whose words
 * they are; every other API gives the bare words.
 */
export function refusal({ asked }: RuledRequest, words: string): BedrockError {
  const prefix = 'The model returned the following errors: ';
  return invalid(asked.api === 'converse' ? `${prefix}${words}` : words);
}
