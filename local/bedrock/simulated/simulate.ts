import type { AnswerEvent, InputUsage, StopReason } from '#local/bedrock/turn/answer.ts';
import { planAnswer, type Plan, type PlannedToolUse } from '#local/bedrock/simulated/plan.ts';
import { runServerTools, serverToolEvents } from '#local/bedrock/simulated/server-tools.ts';
import { signReasoning } from '#local/bedrock/turn/reasoning-signature.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { splitTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/** Emits the events of the simulated model's answer. The same turn always has the same answer. */
export function* simulate(turn: ModelTurn, input: InputUsage): Generator<AnswerEvent> {
  const output = createOutput(turn);
  const plan = planAnswer(turn);
  yield { type: 'start', input };
  if (plan.reasoning !== undefined) yield* reasoningEvents(plan.reasoning, output);
  const runs = runServerTools(turn);
  yield* serverToolEvents(runs, () => output.nextIndex());
  const text = [...plan.text, ...runs.flatMap((run) => run.text)];
  if (text.length > 0 && !output.isStopped()) yield* textEvents(text, output);
  for (const toolUse of plan.toolUses) {
    if (!output.isStopped()) yield* toolUseEvents(toolUse, output);
  }
  const { stopSequence } = output;
  const regularEnd: StopReason = plan.toolUses.length === 0 ? 'end_turn' : 'tool_use';
  yield {
    type: 'stop',
    stopReason: output.stopReason() ?? regularEnd,
    ...(stopSequence() === undefined ? {} : { stopSequence: stopSequence() ?? '' }),
  };
  const usage = { ...input, outputTokens: output.tokens() };
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0 };
}

/** The state of an answer that is being emitted. */
interface Output {
  readonly turn: ModelTurn;
  /** Returns the index of the next block. */
  nextIndex(): number;
  /** Emits a text in deltas of some tokens each, up to the token limit. */
  deltas(text: string): Generator<string>;
  stopAtSequence(sequence: string): void;
  isStopped(): boolean;
  /** Returns the number of tokens emitted so far. */
  tokens(): number;
  stopReason(): StopReason | undefined;
  stopSequence(): string | undefined;
}

function createOutput(turn: ModelTurn): Output {
  let [index, emitted] = [0, 0];
  let stopReason: StopReason | undefined;
  let stopSequence: string | undefined;
  return {
    turn,
    nextIndex: () => (index += 1) - 1,
    *deltas(text) {
      const all = splitTokens(text);
      const left = turn.maxTokens - emitted;
      const tokens = all.length > left ? all.slice(0, left) : all;
      const size = turn.model.traits.tokensPerDelta;
      for (let start = 0; start < tokens.length; start += size) {
        const delta = tokens.slice(start, start + size);
        emitted += delta.length;
        yield delta.join('');
      }
      if (tokens.length < all.length) stopReason = 'max_tokens';
    },
    stopAtSequence(sequence) {
      stopReason ??= 'stop_sequence';
      stopSequence = sequence;
    },
    isStopped: () => stopReason !== undefined,
    tokens: () => emitted,
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

function* reasoningEvents(text: string, output: Output): Generator<AnswerEvent> {
  const index = output.nextIndex();
  yield { type: 'block-start', index, block: { type: 'reasoning' } };
  for (const delta of output.deltas(text)) yield { type: 'reasoning-delta', index, text: delta };
  if (output.turn.model.traits.signsReasoning) {
    yield { type: 'signature', index, signature: signReasoning(text) };
  }
  yield { type: 'block-stop', index };
}

/** Text with a citation is a block of its own, as in Claude's answers. */
function* textEvents(parts: Plan['text'], output: Output): Generator<AnswerEvent> {
  const whole = parts.map(({ text }) => text).join('');
  const stop = findStop(whole, output.turn.stopSequences);
  let left = stop?.at ?? whole.length;
  for (const { text, citation } of parts) {
    if (output.isStopped()) return;
    const deltas = output.deltas(text.slice(0, left));
    left -= Math.min(left, text.length);
    let delta = deltas.next();
    // An answer that stops before its first token has no block at all.
    if (delta.done === true && (text !== '' || citation === undefined)) continue;
    const index = output.nextIndex();
    yield { type: 'block-start', index, block: { type: 'text' } };
    for (; delta.done !== true; delta = deltas.next()) {
      yield { type: 'text-delta', index, text: delta.value };
    }
    if (citation !== undefined) yield { type: 'citation', index, citation };
    yield { type: 'block-stop', index };
  }
  if (stop !== undefined && !output.isStopped()) output.stopAtSequence(stop.sequence);
}

function* toolUseEvents({ name, input }: PlannedToolUse, output: Output): Generator<AnswerEvent> {
  const { messages, model } = output.turn;
  const index = output.nextIndex();
  const toolUseId = idFrom(JSON.stringify([messages, name]), 22);
  yield { type: 'block-start', index, block: { type: 'tool-use', toolUseId, name } };
  const deltas = output.deltas(JSON.stringify(input));
  if (model.traits.toolInput === 'fragments') {
    yield { type: 'tool-input-delta', index, json: '' };
    for (const json of deltas) yield { type: 'tool-input-delta', index, json };
  } else yield { type: 'tool-input-delta', index, json: [...deltas].join('') };
  yield { type: 'block-stop', index };
}
