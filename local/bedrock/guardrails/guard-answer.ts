import {
  noUsage,
  type AnswerEvent,
  type SourceEvents,
  type InputUsage,
  type SourceEvent,
  type Usage,
} from '#local/bedrock/turn/answer.ts';
import type { Verdict } from '#local/bedrock/guardrails/assess.ts';
import type { Guarding } from '#local/bedrock/guardrails/guarding.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';

/** The answer as a guardrail lets it pass; the model is not asked when the input is blocked. */
export function guardAnswer(
  ask: () => SourceEvents,
  guarding: Guarding,
  isStreamed: boolean,
): SourceEvents {
  const input = guarding.assessInput();
  if (input.isBlocked) return blockedInput(guarding, input);
  return isStreamed ? guardOutput(ask(), guarding, input) : guardWhole(ask(), guarding, input);
}

/** An answer that is not streamed is assessed when all of it is there, and blocked as a whole. */
async function* guardWhole(
  events: SourceEvents,
  guarding: Guarding,
  input: Verdict,
): AsyncGenerator<SourceEvent> {
  const all = await Array.fromAsync(events);
  const text = all.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  const output = guarding.assessOutput(text, countTokens(text));
  const guardrailTrace = traceOf(guarding, { input, output });
  if (output.isBlocked) {
    const end = all.find((event) => event.type === 'end');
    yield* blockedText(guarding.blockedOutput, end?.usage ?? noUsage, guardrailTrace);
    return;
  }
  let held = '';
  for (const event of all) {
    if (event.type === 'text-delta') held += event.text;
    else if (event.type === 'block-stop' && held !== '') {
      const masked = guarding.assessOutput(held, 0).text;
      held = '';
      yield { type: 'text-delta', index: event.index, text: masked };
      yield event;
    } else yield event.type === 'end' ? { ...event, guardrailTrace } : event;
  }
}

function blockedInput(guarding: Guarding, input: Verdict): Generator<AnswerEvent> {
  return blockedText(guarding.blockedInput, noUsage, traceOf(guarding, { input }));
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

/** How many characters are assessed at a time, and how many before them are looked at again. */
const chunkCharacters = 200;
const contextCharacters = 1_000;

interface Watch {
  /** The end of what has been passed on, and how much it is in all. */
  passed: string;
  tokens: number;
  /** What waits for its verdict in `sync` mode; in `async` mode it has gone out already. */
  held: string;
  index: number;
  verdict: Verdict | undefined;
  input: InputUsage;
}

async function* guardOutput(
  events: SourceEvents,
  guarding: Guarding,
  input: Verdict,
): AsyncGenerator<SourceEvent> {
  const isAsync = guarding.mode === 'async';
  const watch: Watch = {
    passed: '',
    tokens: 0,
    held: '',
    index: 0,
    verdict: undefined,
    input: noUsage,
  };
  for await (const event of events) {
    if (event.type === 'start') watch.input = event.input;
    const isText = event.type === 'text-delta';
    if (isText) {
      watch.index = event.index;
      watch.held += event.text;
      watch.tokens += countTokens(event.text);
      if (isAsync) yield event;
    }
    if (!isText || isAsync || watch.held.length >= chunkCharacters) {
      yield* release(watch, guarding, !isText);
    }
    if (watch.verdict?.isBlocked === true) {
      yield* blockedOutput(guarding, { input, output: watch.verdict }, watch);
      return;
    }
    if (event.type === 'end') {
      const guardrailTrace = traceOf(guarding, { input, output: watch.verdict });
      yield { ...event, guardrailTrace };
    } else if (!isText) yield event;
  }
}

/** Assesses what is held, and lets it go unless it is blocked; of a text that goes on, a part. */
function* release(watch: Watch, guarding: Guarding, isLast: boolean): Generator<SourceEvent> {
  const { held, index, passed, tokens } = watch;
  if (held === '') return;
  const verdict = guarding.assessOutput(passed + held, tokens);
  // The last that found something is the one to tell of.
  if (verdict.isBlocked || verdict.isAnonymized || watch.verdict === undefined) {
    watch.verdict = verdict;
  }
  if (verdict.isBlocked) return;
  if (guarding.mode === 'async') {
    watch.passed = (passed + held).slice(-contextCharacters);
    watch.held = '';
    return;
  }
  const mask = (text: string): string => guarding.assessOutput(text, 0).text;
  const cut = isLast ? held.length : safeCut(held, mask);
  if (cut === 0) return;
  // Only streams that wait for the verdict can have anything replaced in them.
  yield { type: 'text-delta', index, text: mask(held.slice(0, cut)) };
  watch.held = held.slice(cut);
  watch.passed = (passed + held.slice(0, cut)).slice(-contextCharacters);
}

/**
 * Where a text that goes on may be cut: between words, not within anything that is masked, and far
 * enough from its end that the beginning of something blocked is not let go.
 */
function safeCut(held: string, mask: (text: string) => string): number {
  let cut = held.length - chunkCharacters / 2;
  while (cut > 0) {
    cut = held.lastIndexOf(' ', cut - 1);
    if (cut > 0 && mask(held.slice(0, cut)) + mask(held.slice(cut)) === mask(held)) return cut;
  }
  // Without spaces, as in Japanese, a long text is cut between two letters.
  cut = held.length > chunkCharacters * 5 ? chunkCharacters * 4 : 0;
  while (cut > 0 && mask(held.slice(0, cut)) + mask(held.slice(cut)) !== mask(held)) cut -= 1;
  return cut;
}

function* blockedOutput(
  guarding: Guarding,
  verdicts: Verdicts,
  { index, input, tokens }: Watch,
): Generator<SourceEvent> {
  yield { type: 'text-delta', index, text: guarding.blockedOutput };
  yield { type: 'block-stop', index };
  yield { type: 'stop', stopReason: 'guardrail_intervened' };
  const usage: Usage = { ...input, outputTokens: tokens };
  const guardrailTrace = traceOf(guarding, verdicts);
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0, guardrailTrace };
}

interface Verdicts {
  readonly input: Verdict;
  readonly output?: Verdict | undefined;
}

/** The trace that ConverseStream's metadata and Converse carry, where it was asked for. */
function traceOf({ id, isTraced }: Guarding, { input, output }: Verdicts): object | undefined {
  if (!isTraced) return undefined;
  const isBlocked = input.isBlocked || output?.isBlocked === true;
  return {
    ...(isBlocked ? { actionReason: 'Guardrail blocked.' } : {}),
    inputAssessment: { [id]: input.assessment },
    ...(output === undefined ? {} : { outputAssessments: { [id]: [output.assessment] } }),
  };
}
