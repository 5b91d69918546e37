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
import { mapEvents } from '#local/bedrock/turn/map-events.ts';
import { simulate } from '#local/bedrock/simulated/simulate.ts';
import { signReasoning } from '#local/bedrock/turn/reasoning-signature.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { countTokens, splitTokens } from '#local/bedrock/model/tokens.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { toExactJson } from '#local/wire/json/exact-json.ts';

/** Emits the answer that a scenario scripts, including its faults. */
export function* playSteps(
  steps: readonly Step[],
  turn: ModelTurn,
  input: InputUsage,
  stop: StopReason | undefined,
): Generator<SourceEvent> {
  yield { type: 'start', input };
  let [index, outputTokens] = [0, 0];
  let hasTool = false;
  for (const step of steps) {
    if ('type' in step && step.type === 'simulate') {
      yield* appended(simulate(turn, input), index, outputTokens);
      return;
    }
    for (const event of stepEvents(step, index, turn)) {
      outputTokens += tokensIn(event);
      if (event.type === 'block-stop') index += 1;
      if (event.type === 'block-start') hasTool ||= event.block.type === 'tool-use';
      yield event;
      if (event.type === 'fault') return;
    }
  }
  yield { type: 'stop', stopReason: stop ?? (hasTool ? 'tool_use' : 'end_turn') };
  const usage = { ...input, outputTokens };
  yield { type: 'end', usage, latencyMs: 0, firstByteMs: 0 };
}

/** Appends the events of an answer to the blocks and tokens emitted so far. */
function* appended(
  events: Iterable<SourceEvent>,
  blocks: number,
  tokens: number,
): Generator<SourceEvent> {
  for (const event of events) {
    if (event.type === 'start') continue;
    if ('index' in event) yield { ...event, index: event.index + blocks };
    else if (event.type !== 'end') yield event;
    else {
      const outputTokens = event.usage.outputTokens + tokens;
      yield { ...event, usage: { ...event.usage, outputTokens } };
    }
  }
}

function tokensIn(event: SourceEvent): number {
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
      const { type: exception, message = 'The model failed.', ...members } = step.value;
      return { type: 'fault', fault: { type: 'exception', exception, message, members } };
    }
    case 'unknown_exception': {
      const message = 'Something new went wrong.';
      return {
        type: 'fault',
        fault: { type: 'exception', exception: 'newKindOfException', message, members: {} },
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

function toCut(text: string): Cut {
  const [kind = '', code = 'CANCEL'] = text.split(':');
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

function toPace({ ttft, tps, jitter }: ScriptedPace): Partial<Pace> {
  return {
    ...(ttft === undefined ? {} : { ttftMs: ttft }),
    ...(tps === undefined ? {} : { tokensPerSecond: tps }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

interface ScriptedPace {
  readonly ttft?: number | undefined;
  readonly tps?: number | undefined;
  readonly jitter?: number | undefined;
}

function* textBlock(text: string, index: number, turn: ModelTurn): Generator<SourceEvent> {
  yield { type: 'block-start', index, block: { type: 'text' } };
  for (const delta of deltasOf(text, turn)) yield { type: 'text-delta', index, text: delta };
  yield { type: 'block-stop', index };
}

function* reasoningBlock(text: string, index: number, turn: ModelTurn): Generator<SourceEvent> {
  yield { type: 'block-start', index, block: { type: 'reasoning' } };
  for (const delta of deltasOf(text, turn)) yield { type: 'reasoning-delta', index, text: delta };
  if (turn.model.traits.signsReasoning) {
    yield { type: 'signature', index, signature: signReasoning(text) };
  }
  yield { type: 'block-stop', index };
}

function* toolBlock(
  tool: Extract<Step, { type: 'tool' }>['value'],
  index: number,
  { messages }: ModelTurn,
): Generator<SourceEvent> {
  const { name, args = {}, json = toExactJson(args), fragments = 1 } = tool;
  const toolUseId = tool.id ?? idFrom(JSON.stringify([messages, name, index]), 22);
  yield { type: 'block-start', index, block: { type: 'tool-use', toolUseId, name } };
  // Split between characters, because some are two UTF-16 units long.
  const characters = Array.from(json);
  const size = Math.max(1, Math.ceil(characters.length / fragments));
  for (let at = 0; at < characters.length; at += size) {
    yield { type: 'tool-input-delta', index, json: characters.slice(at, at + size).join('') };
  }
  yield { type: 'block-stop', index };
}

function* deltasOf(text: string, { model }: ModelTurn): Generator<string> {
  const tokens = splitTokens(text);
  for (let at = 0; at < tokens.length; at += model.traits.tokensPerDelta) {
    yield tokens.slice(at, at + model.traits.tokensPerDelta).join('');
  }
}

/** Replaces the usage and the stop reason of an answer where a scenario sets them. */
export function applyOverrides(events: SourceEvents, { stop, usage }: Behaviour): SourceEvents {
  if (stop === undefined && usage === undefined) return events;
  const change = (event: SourceEvent): SourceEvent => {
    if (event.type === 'stop' && stop !== undefined) return { type: 'stop', stopReason: stop };
    if (usage === undefined) return event;
    if (event.type === 'start')
      return { ...event, input: overrideUsage({ ...event.input, outputTokens: 0 }, usage) };
    if (event.type !== 'end') return event;
    return { ...event, usage: overrideUsage(event.usage, usage) };
  };
  return mapEvents(events, change);
}

function overrideUsage(usage: Usage, overrides: NonNullable<Behaviour['usage']>): Usage {
  return {
    inputTokens: overrides.input ?? usage.inputTokens,
    outputTokens: overrides.output ?? usage.outputTokens,
    cacheReadTokens: overrides.cacheRead ?? usage.cacheReadTokens,
    cacheWriteTokens: overrides.cacheWrite ?? usage.cacheWriteTokens,
    cacheWrites: overrides.cacheWrite === undefined ? usage.cacheWrites : [],
  };
}
