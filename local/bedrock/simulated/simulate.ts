import type { AnswerEvent, InputUsage, StopReason } from '#local/bedrock/turn/answer.ts';
import { planAnswer, type Plan } from '#local/bedrock/simulated/plan.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { splitTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/** The simulated model: the same turn always gives the same answer. */
export function* simulate(turn: ModelTurn, input: InputUsage): Generator<AnswerEvent> {
  const speech = createSpeech(turn);
  const plan = planAnswer(turn);
  yield { type: 'start', input };
  if (plan.reasoning !== undefined) yield* reason(plan.reasoning, speech);
  if (plan.text.length > 0 && !speech.isOver()) yield* sayText(plan.text, speech);
  if (plan.toolUse !== undefined && !speech.isOver()) yield* useTool(plan.toolUse, speech);
  const { stopSequence } = speech;
  const finished: StopReason = plan.toolUse === undefined ? 'end_turn' : 'tool_use';
  yield {
    type: 'stop',
    stopReason: speech.stopReason() ?? finished,
    ...(stopSequence() === undefined ? {} : { stopSequence: stopSequence() ?? '' }),
  };
  const usage = { ...input, outputTokens: speech.said() };
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0 };
}

/** How much has been said, and whether more may be. */
interface Speech {
  readonly turn: ModelTurn;
  /** The index of a block that begins now. */
  nextIndex(): number;
  /** The text in pieces of some tokens each, until the limit is met. */
  pieces(text: string): Generator<string>;
  /** Ends for a sequence that was met. */
  stopFor(sequence: string): void;
  isOver(): boolean;
  said(): number;
  stopReason(): StopReason | undefined;
  stopSequence(): string | undefined;
}

function createSpeech(turn: ModelTurn): Speech {
  let [index, said] = [0, 0];
  let stopReason: StopReason | undefined;
  let stopSequence: string | undefined;
  return {
    turn,
    nextIndex: () => (index += 1) - 1,
    *pieces(text) {
      const tokens = splitTokens(text);
      const room = turn.maxTokens - said;
      const kept = tokens.length > room ? tokens.slice(0, room) : tokens;
      const size = turn.model.tokensPerDelta;
      for (let start = 0; start < kept.length; start += size) {
        const piece = kept.slice(start, start + size);
        said += piece.length;
        yield piece.join('');
      }
      if (kept.length < tokens.length) stopReason = 'max_tokens';
    },
    stopFor(sequence) {
      stopReason ??= 'stop_sequence';
      stopSequence = sequence;
    },
    isOver: () => stopReason !== undefined,
    said: () => said,
    stopReason: () => stopReason,
    stopSequence: () => stopSequence,
  };
}

function findStop(
  text: string,
  sequences: readonly string[],
): { readonly at: number; readonly sequence: string } | undefined {
  const [first] = sequences
    .map((sequence) => ({ at: text.indexOf(sequence), sequence }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at);
  return first;
}

function* reason(text: string, speech: Speech): Generator<AnswerEvent> {
  const index = speech.nextIndex();
  yield { type: 'block-start', index, block: { type: 'reasoning' } };
  for (const piece of speech.pieces(text)) yield { type: 'reasoning-delta', index, text: piece };
  yield { type: 'signature', index, signature: signatureOf(text) };
  yield { type: 'block-stop', index };
}

/** Stands for the signature with which a provider knows its own reasoning again. */
export function signatureOf(reasoning: string): string {
  return Buffer.from(`streambed:${idFrom(reasoning, 64)}`).toString('base64');
}

/** Text that rests on a source is a block of its own, as Claude has it. */
function* sayText(parts: Plan['text'], speech: Speech): Generator<AnswerEvent> {
  const whole = parts.map(({ text }) => text).join('');
  const stop = findStop(whole, speech.turn.stopSequences);
  let left = stop?.at ?? whole.length;
  for (const { text, citation } of parts) {
    if (speech.isOver()) return;
    const pieces = speech.pieces(text.slice(0, left));
    left -= Math.min(left, text.length);
    let piece = pieces.next();
    // An answer that was stopped before its first word has no block at all.
    if (piece.done === true) continue;
    const index = speech.nextIndex();
    yield { type: 'block-start', index, block: { type: 'text' } };
    for (; piece.done !== true; piece = pieces.next()) {
      yield { type: 'text-delta', index, text: piece.value };
    }
    if (citation !== undefined) yield { type: 'citation', index, citation };
    yield { type: 'block-stop', index };
  }
  if (stop !== undefined && !speech.isOver()) speech.stopFor(stop.sequence);
}

function* useTool(
  { name, input }: NonNullable<Plan['toolUse']>,
  speech: Speech,
): Generator<AnswerEvent> {
  const { messages, model } = speech.turn;
  const index = speech.nextIndex();
  const toolUseId = idFrom(JSON.stringify([messages, name]), 22);
  yield { type: 'block-start', index, block: { type: 'tool-use', toolUseId, name } };
  const pieces = speech.pieces(JSON.stringify(input));
  // Claude's input comes in fragments, the first of them empty; others give it at once.
  if (model.provider === 'Anthropic') {
    yield { type: 'tool-input-delta', index, json: '' };
    for (const json of pieces) yield { type: 'tool-input-delta', index, json };
  } else yield { type: 'tool-input-delta', index, json: [...pieces].join('') };
  yield { type: 'block-stop', index };
}
