import {
  noUsage,
  type AnswerEvent,
  type SourceEvents,
  type InputUsage,
  type SourceEvent,
  type Usage,
} from '#local/bedrock/turn/answer.ts';
import type { Verdict } from '#local/bedrock/guardrails/assess.ts';
import type { TurnGuardrail } from '#local/bedrock/guardrails/turn-guardrail.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';

/** Applies a guardrail to an answer. The source is not started if the input is blocked. */
export function guardAnswer(
  startSource: () => SourceEvents,
  guardrail: TurnGuardrail,
  isStreamed: boolean,
): SourceEvents {
  const input = guardrail.assessInput();
  if (input.isBlocked) return blockedInput(guardrail, input);
  return isStreamed
    ? guardStream(startSource(), guardrail, input)
    : guardWhole(startSource(), guardrail, input);
}

/** An answer that is not streamed is assessed when it is complete, and blocked as a whole. */
async function* guardWhole(
  events: SourceEvents,
  guardrail: TurnGuardrail,
  input: Verdict,
): AsyncGenerator<SourceEvent> {
  const all = await Array.fromAsync(events);
  const text = all.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  const output = guardrail.assessOutput(text, countTokens(text));
  const guardrailTrace = traceOf(guardrail, { input, output });
  if (output.isBlocked) {
    const end = all.find((event) => event.type === 'end');
    yield* blockedText(guardrail.blockedOutput, end?.usage ?? noUsage, guardrailTrace);
    return;
  }
  let blockText = '';
  for (const event of all) {
    if (event.type === 'text-delta') blockText += event.text;
    else if (event.type === 'block-stop' && blockText !== '') {
      const masked = guardrail.assessOutput(blockText, 0).text;
      blockText = '';
      yield { type: 'text-delta', index: event.index, text: masked };
      yield event;
    } else yield event.type === 'end' ? { ...event, guardrailTrace } : event;
  }
}

function blockedInput(guardrail: TurnGuardrail, input: Verdict): Generator<AnswerEvent> {
  return blockedText(guardrail.blockedInput, noUsage, traceOf(guardrail, { input }));
}

function* blockedText(
  text: string,
  usage: Usage,
  guardrailTrace: object | undefined,
): Generator<AnswerEvent> {
  yield { type: 'start', input: usage };
  yield { type: 'block-start', index: 0, block: { type: 'text' } };
  yield { type: 'text-delta', index: 0, text };
  yield { type: 'block-stop', index: 0 };
  yield { type: 'stop', stopReason: 'guardrail_intervened' };
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0, guardrailTrace };
}

/** The characters that are assessed at a time, and the earlier ones that are assessed again. */
const chunkCharacters = 200;
const contextCharacters = 1_000;

/** The state of a stream that is guarded. */
interface GuardState {
  /** The end of the text that has passed. */
  passed: string;
  /** The tokens of the whole answer so far. */
  tokens: number;
  /** The text without a verdict yet. In `async` mode it has been sent already. */
  pending: string;
  index: number;
  verdict: Verdict | undefined;
  input: InputUsage;
}

async function* guardStream(
  events: SourceEvents,
  guardrail: TurnGuardrail,
  input: Verdict,
): AsyncGenerator<SourceEvent> {
  const isAsync = guardrail.mode === 'async';
  const state: GuardState = {
    passed: '',
    tokens: 0,
    pending: '',
    index: 0,
    verdict: undefined,
    input: noUsage,
  };
  for await (const event of events) {
    if (event.type === 'start') state.input = event.input;
    const isText = event.type === 'text-delta';
    if (isText) {
      state.index = event.index;
      state.pending += event.text;
      state.tokens += countTokens(event.text);
      if (isAsync) yield event;
    }
    if (!isText || isAsync || state.pending.length >= chunkCharacters) {
      yield* release(state, guardrail, !isText);
    }
    if (state.verdict?.isBlocked === true) {
      yield* blockedOutput(guardrail, { input, output: state.verdict }, state);
      return;
    }
    if (event.type === 'end') {
      const guardrailTrace = traceOf(guardrail, { input, output: state.verdict });
      yield { ...event, guardrailTrace };
    } else if (!isText) yield event;
  }
}

/**
 * Assesses the pending text, and emits it unless it is blocked. While the text goes on, a part of it
 * stays pending.
 */
function* release(
  state: GuardState,
  guardrail: TurnGuardrail,
  isLast: boolean,
): Generator<SourceEvent> {
  const { pending, index, passed, tokens } = state;
  if (pending === '') return;
  const verdict = guardrail.assessOutput(passed + pending, tokens);
  // The trace shows the last verdict that found something.
  if (verdict.isBlocked || verdict.isAnonymized || state.verdict === undefined) {
    state.verdict = verdict;
  }
  if (verdict.isBlocked) return;
  if (guardrail.mode === 'async') {
    state.passed = (passed + pending).slice(-contextCharacters);
    state.pending = '';
    return;
  }
  const mask = (text: string): string => guardrail.assessOutput(text, 0).text;
  const cut = isLast ? pending.length : safeCut(pending, mask);
  if (cut === 0) return;
  // Text can be masked only in `sync` mode, where it waits for the verdict.
  yield { type: 'text-delta', index, text: mask(pending.slice(0, cut)) };
  state.pending = pending.slice(cut);
  state.passed = (passed + pending.slice(0, cut)).slice(-contextCharacters);
}

/**
 * Returns where a text that goes on can be cut: between words, outside of masked text, and far enough
 * from the end that the beginning of a blocked phrase is not sent.
 */
function safeCut(text: string, mask: (part: string) => string): number {
  let cut = text.length - chunkCharacters / 2;
  while (cut > 0) {
    cut = text.lastIndexOf(' ', cut - 1);
    if (cut > 0 && mask(text.slice(0, cut)) + mask(text.slice(cut)) === mask(text)) return cut;
  }
  // A long text without spaces, such as Japanese, is cut between two characters.
  cut = text.length > chunkCharacters * 5 ? chunkCharacters * 4 : 0;
  while (cut > 0 && mask(text.slice(0, cut)) + mask(text.slice(cut)) !== mask(text)) cut -= 1;
  return cut;
}

function* blockedOutput(
  guardrail: TurnGuardrail,
  verdicts: Verdicts,
  { index, input, tokens }: GuardState,
): Generator<SourceEvent> {
  yield { type: 'text-delta', index, text: guardrail.blockedOutput };
  yield { type: 'block-stop', index };
  yield { type: 'stop', stopReason: 'guardrail_intervened' };
  const usage: Usage = { ...input, outputTokens: tokens };
  const guardrailTrace = traceOf(guardrail, verdicts);
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0, guardrailTrace };
}

interface Verdicts {
  readonly input: Verdict;
  readonly output?: Verdict | undefined;
}

/** The trace in ConverseStream's metadata and in Converse's response, if the request enables it. */
function traceOf({ id, isTraced }: TurnGuardrail, { input, output }: Verdicts): object | undefined {
  if (!isTraced) return undefined;
  const isBlocked = input.isBlocked || output?.isBlocked === true;
  return {
    ...(isBlocked ? { actionReason: 'Guardrail blocked.' } : {}),
    inputAssessment: { [id]: input.assessment },
    ...(output === undefined ? {} : { outputAssessments: { [id]: [output.assessment] } }),
  };
}
