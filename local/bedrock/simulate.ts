import type { ModelTurn } from '#local/bedrock/converse-request.ts';
import { composeAnswer } from '#local/bedrock/simulated/compose-answer.ts';
import { countTokens, splitTokens } from '#local/bedrock/tokens.ts';

/** A whole answer, before anything of it is said. */
export interface SimulatedAnswer {
  /** The text, in the pieces it is streamed in. */
  readonly deltas: readonly string[];
  readonly stopReason: 'end_turn' | 'max_tokens' | 'stop_sequence';
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The simulated model: the same turn always gives the same answer. */
export function simulate(turn: ModelTurn): SimulatedAnswer {
  const whole = composeAnswer(turn);
  const stopped = cutAtStopSequence(whole, turn.stopSequences);
  const tokens = splitTokens(stopped);
  const kept = tokens.slice(0, turn.maxTokens);
  const isCut = kept.length < tokens.length;
  const stopReason = stopped === whole ? 'end_turn' : 'stop_sequence';
  return {
    deltas: grouped(kept, turn.model.tokensPerDelta),
    stopReason: isCut ? 'max_tokens' : stopReason,
    inputTokens: countInput(turn),
    outputTokens: kept.length,
  };
}

function cutAtStopSequence(text: string, stopSequences: readonly string[]): string {
  const places = stopSequences.map((sequence) => text.indexOf(sequence));
  const found = places.filter((place) => place !== -1);
  return found.length === 0 ? text : text.slice(0, Math.min(...found));
}

function grouped(tokens: readonly string[], size: number): readonly string[] {
  const groups: string[] = [];
  for (let start = 0; start < tokens.length; start += size) {
    groups.push(tokens.slice(start, start + size).join(''));
  }
  return groups;
}

/** Every message costs a few tokens more than its words, as it does on Bedrock. */
function countInput({ system, messages }: ModelTurn): number {
  const words = messages.reduce((sum, { text }) => sum + countTokens(text) + 4, 0);
  return words + (system === '' ? 0 : countTokens(system) + 4);
}
