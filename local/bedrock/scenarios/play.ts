import http2 from 'node:http2';
import type {
  SourceEvents,
  Cut,
  InputUsage,
  Pace,
  SourceEvent,
  StopReason,
  Usage,
} from '#local/bedrock/turn/answer.ts';
import type { Behaviour, Step } from '#local/bedrock/scenarios/scenario.ts';
import { signReasoning, simulate } from '#local/bedrock/simulated/simulate.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { countTokens, splitTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/** The words of an answer that a scenario has written down, with what goes wrong on the way. */
export function* playSteps(
  steps: readonly Step[],
  { turn, input, stop }: Playing,
): Generator<SourceEvent> {
  yield { type: 'start', input };
  let [index, said] = [0, 0];
  let hasTool = false;
  for (const step of steps) {
    if ('type' in step && step.type === 'simulate') {
      yield* continued(simulate(turn, input), { index, said });
      return;
    }
    for (const event of stepEvents(step, index, turn)) {
      said += wordsIn(event);
      if (event.type === 'block-stop') index += 1;
      if (event.type === 'block-start') hasTool ||= event.block.type === 'tool-use';
      yield event;
      if (event.type === 'fault') return;
    }
  }
  yield { type: 'stop', stopReason: stop ?? (hasTool ? 'tool_use' : 'end_turn') };
  const usage = { ...input, outputTokens: said };
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0 };
}

/** An answer that goes on where another has begun. */
function* continued(
  events: Iterable<SourceEvent>,
  before: { readonly index: number; readonly said: number },
): Generator<SourceEvent> {
  for (const event of events) {
    if (event.type === 'start') continue;
    if ('index' in event) yield { ...event, index: event.index + before.index };
    else if (event.type !== 'end') yield event;
    else {
      const outputTokens = event.usage.outputTokens + before.said;
      yield { ...event, usage: { ...event.usage, outputTokens } };
    }
  }
}

export interface Playing {
  readonly turn: ModelTurn;
  readonly input: InputUsage;
  readonly stop: StopReason | undefined;
}

function wordsIn(event: SourceEvent): number {
  if (event.type === 'text-delta' || event.type === 'reasoning-delta')
    return countTokens(event.text);
  return event.type === 'tool-input-delta' ? countTokens(event.json) : 0;
}

function* stepEvents(step: Step, index: number, turn: ModelTurn): Generator<SourceEvent> {
  if (!('type' in step)) {
    yield { type: 'pace', pace: toPace(step) };
    yield* textBlock(step.text, index, turn);
    return;
  }
  switch (step.type) {
    case 'text':
      return yield* textBlock(step.value, index, turn);
    case 'reasoning':
      return yield* reasoningBlock(step.value, index, turn);
    case 'tool':
      return yield* toolBlock(step.value, index, turn);
    case 'stall':
      return yield { type: 'wait', ms: step.value };
    case 'pace':
      return yield { type: 'pace', pace: toPace(step.value) };
    case 'fragment':
      return yield { type: 'fragment', bytes: step.value };
    case 'unknown_event':
      return yield { type: 'unknown-event' };
    case 'simulate':
      return;
    case 'exception':
    case 'error_frame':
    case 'cut':
    case 'unknown_exception':
      yield faultOf(step);
  }
}

type FaultStep = Extract<Step, { type: 'exception' | 'error_frame' | 'cut' | 'unknown_exception' }>;

function faultOf(step: FaultStep): SourceEvent {
  switch (step.type) {
    case 'exception': {
      const { type: exception, message = 'The model failed.', originalStatusCode } = step.value;
      return {
        type: 'fault',
        fault: { type: 'exception', exception, message, originalStatusCode },
      };
    }
    case 'unknown_exception': {
      const message = 'Something new went wrong.';
      return {
        type: 'fault',
        fault: { type: 'exception', exception: 'newKindOfException', message },
      };
    }
    case 'error_frame': {
      const { code, message = 'The model failed.' } = step.value;
      return { type: 'fault', fault: { type: 'error-frame', code, message } };
    }
    case 'cut':
      return { type: 'fault', fault: { type: 'cut', cut: toCut(step.value) } };
  }
}

function toCut(words: string): Cut {
  const [kind = '', code = 'CANCEL'] = words.split(':');
  if (kind === 'rst' || kind === 'fin' || kind === 'goaway' || kind === 'eof')
    return { type: kind };
  if (kind === 'partial_frame') return { type: 'partial-frame' };
  if (kind === 'bad_crc') return { type: 'bad-crc' };
  return { type: 'rst-stream', code: resetCodes[code] ?? http2.constants.NGHTTP2_CANCEL };
}

const resetCodes: Readonly<Record<string, number>> = {
  NO_ERROR: http2.constants.NGHTTP2_NO_ERROR,
  CANCEL: http2.constants.NGHTTP2_CANCEL,
  INTERNAL_ERROR: http2.constants.NGHTTP2_INTERNAL_ERROR,
  REFUSED_STREAM: http2.constants.NGHTTP2_REFUSED_STREAM,
};

function toPace({ ttft, tps, jitter }: PaceWords): Partial<Pace> {
  return {
    ...(ttft === undefined ? {} : { ttftMs: ttft }),
    ...(tps === undefined ? {} : { tokensPerSecond: tps }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

interface PaceWords {
  readonly ttft?: number | undefined;
  readonly tps?: number | undefined;
  readonly jitter?: number | undefined;
}

function* textBlock(text: string, index: number, turn: ModelTurn): Generator<SourceEvent> {
  yield { type: 'block-start', index, block: { type: 'text' } };
  for (const piece of piecesOf(text, turn)) yield { type: 'text-delta', index, text: piece };
  yield { type: 'block-stop', index };
}

function* reasoningBlock(text: string, index: number, turn: ModelTurn): Generator<SourceEvent> {
  yield { type: 'block-start', index, block: { type: 'reasoning' } };
  for (const piece of piecesOf(text, turn)) yield { type: 'reasoning-delta', index, text: piece };
  yield { type: 'signature', index, signature: signReasoning(text) };
  yield { type: 'block-stop', index };
}

function* toolBlock(
  tool: Extract<Step, { type: 'tool' }>['value'],
  index: number,
  { messages }: ModelTurn,
): Generator<SourceEvent> {
  const { name, args = {}, json = JSON.stringify(args), fragments = 1 } = tool;
  const toolUseId = tool.id ?? idFrom(JSON.stringify([messages, name, index]), 22);
  yield { type: 'block-start', index, block: { type: 'tool-use', toolUseId, name } };
  // Cut between characters, of which some are two units long.
  const characters = Array.from(json);
  const size = Math.max(1, Math.ceil(characters.length / fragments));
  for (let at = 0; at < characters.length; at += size) {
    yield { type: 'tool-input-delta', index, json: characters.slice(at, at + size).join('') };
  }
  yield { type: 'block-stop', index };
}

function* piecesOf(text: string, { model }: ModelTurn): Generator<string> {
  const tokens = splitTokens(text);
  for (let at = 0; at < tokens.length; at += model.tokensPerDelta) {
    yield tokens.slice(at, at + model.tokensPerDelta).join('');
  }
}

/** Changes what a source says of usage and stop reason to what a scenario wants. */
export function overridden(events: SourceEvents, { stop, usage }: Behaviour): SourceEvents {
  if (stop === undefined && usage === undefined) return events;
  const change = (event: SourceEvent): SourceEvent => {
    if (event.type === 'stop' && stop !== undefined) return { type: 'stop', stopReason: stop };
    if (usage === undefined) return event;
    if (event.type === 'start')
      return { ...event, input: overriddenUsage({ ...event.input, outputTokens: 0 }, usage) };
    if (event.type !== 'end') return event;
    return { ...event, usage: overriddenUsage(event.usage, usage) };
  };
  return Symbol.asyncIterator in events ? changedLater(events, change) : changed(events, change);
}

type Change = (event: SourceEvent) => SourceEvent;

function* changed(events: Iterable<SourceEvent>, change: Change): Generator<SourceEvent> {
  for (const event of events) yield change(event);
}

async function* changedLater(
  events: AsyncIterable<SourceEvent>,
  change: Change,
): AsyncGenerator<SourceEvent> {
  for await (const event of events) yield change(event);
}

function overriddenUsage(found: Usage, wanted: NonNullable<Behaviour['usage']>): Usage {
  return {
    inputTokens: wanted.input ?? found.inputTokens,
    outputTokens: wanted.output ?? found.outputTokens,
    cacheReadTokens: wanted.cacheRead ?? found.cacheReadTokens,
    cacheWriteTokens: wanted.cacheWrite ?? found.cacheWriteTokens,
    cacheWrites: wanted.cacheWrite === undefined ? found.cacheWrites : [],
  };
}
