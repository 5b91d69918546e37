import {
  noUsage,
  type AnswerEvent,
  type Answering,
  type EndEvent,
  type SourceEvent,
  type Usage,
} from '#local/bedrock/answer.ts';
import type { Verdict } from '#local/bedrock/guardrails/assess.ts';
import type { Guarding } from '#local/bedrock/guardrails/guarding.ts';
import { countTokens } from '#local/bedrock/tokens.ts';

/** The answer as a guardrail lets it pass; the model is not asked when the input is blocked. */
export function guardAnswer(ask: () => Answering, guarding: Guarding): Answering {
  const input = guarding.assessInput();
  if (input.isBlocked) return blockedInput(guarding, input);
  return guardOutput(ask(), guarding, input);
}

function* blockedInput(guarding: Guarding, verdict: Verdict): Generator<AnswerEvent> {
  yield { type: 'start', input: noUsage };
  yield { type: 'block-start', index: 0, block: { type: 'text' } };
  yield { type: 'text-delta', index: 0, text: guarding.blockedInput };
  yield { type: 'block-stop', index: 0 };
  yield { type: 'stop', stopReason: 'guardrail_intervened' };
  const guardrailTrace = traceOf(guarding, { input: verdict });
  yield { type: 'end', usage: noUsage, latencyMs: 0, firstByteMs: 0, guardrailTrace };
}

/** How many characters are held back to be assessed together, in `sync` mode. */
const heldCharacters = 200;

interface Watch {
  /** What has been passed on, and what waits for its verdict. */
  passed: string;
  held: string;
  index: number;
  verdict: Verdict | undefined;
}

async function* guardOutput(
  events: Answering,
  guarding: Guarding,
  input: Verdict,
): AsyncGenerator<SourceEvent> {
  const watch: Watch = { passed: '', held: '', index: 0, verdict: undefined };
  for await (const event of events) {
    if (event.type === 'text-delta') {
      watch.index = event.index;
      watch.held += event.text;
      if (guarding.mode === 'sync' && watch.held.length < heldCharacters) continue;
    }
    yield* release(watch, guarding);
    if (watch.verdict?.isBlocked === true) {
      yield* blockedOutput(guarding, { input, output: watch.verdict }, watch);
      return;
    }
    if (event.type === 'end')
      yield ended(event, traceOf(guarding, { input, output: watch.verdict }));
    else if (event.type !== 'text-delta') yield event;
  }
}

/** Passes on what was held, unless it is blocked; in `async` mode it passes first. */
function* release(watch: Watch, guarding: Guarding): Generator<SourceEvent> {
  const { index, held } = watch;
  if (held === '') return;
  watch.held = '';
  if (guarding.mode === 'async') yield { type: 'text-delta', index, text: held };
  watch.verdict = guarding.assessOutput(watch.passed + held);
  if (guarding.mode === 'sync' && !watch.verdict.isBlocked) {
    // Only streams that wait for the verdict can have anything replaced in them.
    const own = guarding.assessOutput(held);
    yield { type: 'text-delta', index, text: own.text };
  }
  watch.passed += held;
}

function* blockedOutput(
  guarding: Guarding,
  verdicts: Verdicts,
  { index, passed }: Watch,
): Generator<SourceEvent> {
  yield { type: 'text-delta', index, text: guarding.blockedOutput };
  yield { type: 'block-stop', index };
  yield { type: 'stop', stopReason: 'guardrail_intervened' };
  const usage: Usage = { ...noUsage, outputTokens: countTokens(passed) };
  const guardrailTrace = traceOf(guarding, verdicts);
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0, guardrailTrace };
}

function ended(event: EndEvent, guardrailTrace: object | undefined): EndEvent {
  return { ...event, guardrailTrace };
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
