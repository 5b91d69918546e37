import { usageJson } from '#protocol/conversation/usage-schema.ts';
import * as v from 'valibot';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import { encodeCursor } from '#protocol/turn/cursor.ts';
import { connectionLost } from '#protocol/http/problem.ts';
import { decodeSse, ssePing } from '#protocol/http/sse.ts';
import { durationMetadata, finishReasonOf, wholeBlockParts } from '#protocol/turn/ui-parts.ts';
import {
  fromUsageJson,
  fromUsd,
  toCostJson,
  toUsageJson,
} from '#protocol/conversation/usage-json.ts';

type OpenBlock =
  | { readonly type: 'text' }
  | { readonly type: 'reasoning'; durationMs?: number | undefined }
  | { readonly type: 'tool'; readonly id: string; readonly name: string; json: string };

interface Encoder {
  readonly requestId: string;
  /** Whether the reader already has the message, which then keeps its id. */
  readonly isContinued: boolean;
  readonly open: Map<number, OpenBlock>;
}

/**
 * Returns the encoding of the AI SDK's UI message stream, version 1 (ai 7, `uiMessageChunkSchema`).
 * The SSE id of each part is a cursor.
 */
export function createUiEncoding(
  requestId: string,
  { isContinued = false }: { readonly isContinued?: boolean } = {},
): TurnEncoding {
  const encoder: Encoder = { requestId, isContinued, open: new Map() };
  let turnId = '';
  let characters = 0;
  return {
    contentType: 'text/event-stream',
    headers: { ...eventStreamHeaders, 'x-vercel-ai-ui-message-stream': 'v1' },
    ping: ssePing,
    encode(event: TurnEvent) {
      if (event.type === 'turn-start') turnId = event.turnId;
      characters += deltaLength(event);
      const id = `id: ${encodeCursor({ turnId, characters })}\n`;
      const parts = encodeParts(encoder, event);
      return parts.map((part) => `${id}data: ${part}\n\n`).join('');
    },
  };
}

function encodeParts(encoder: Encoder, event: TurnEvent): readonly string[] {
  const { open } = encoder;
  switch (event.type) {
    case 'turn-start':
      return [
        json({
          type: 'start',
          ...(encoder.isContinued ? {} : { messageId: event.turnId }),
          messageMetadata: startOf(event),
        }),
      ];
    case 'message-start':
      return [
        json({ type: 'start-step' }),
        ...(event.modelId === undefined
          ? []
          : [json({ type: 'message-metadata', messageMetadata: { model: event.modelId } })]),
      ];
    case 'text-delta':
    case 'reasoning-delta':
      return encodeDelta(open, event);
    case 'block-start': {
      const { toolUseId: id, name } = event;
      open.set(event.index, { type: 'tool', id, name, json: '' });
      return [json({ type: 'tool-input-start', toolCallId: id, toolName: name, dynamic: true })];
    }
    case 'tool-input-delta':
      return encodeToolInput(open, event);
    case 'block-stop':
      return closeBlock(open, event.index);
    case 'block':
      return wholeBlockParts(event.index, event.block).map((each) => json(each));
    case 'message-stop':
      return [...closeAll(open), json({ type: 'finish-step' })];
    case 'usage':
      return [];
    case 'turn-stop':
      return [json(finishOf(event)), '[DONE]'];
    case 'error':
      return errorParts(event.error, encoder.requestId);
  }
}

const json = JSON.stringify;

function startOf(start: TurnEvent & { type: 'turn-start' }): object {
  const { conversationId, modelReason, repeats } = start;
  return {
    turn_id: start.turnId,
    conversation_id: conversationId,
    model: start.modelId,
    model_reason: modelReason,
    ...(repeats === undefined ? {} : { [repeats]: true }),
  };
}

function encodeDelta(
  open: Map<number, OpenBlock>,
  event: TurnEvent & { type: 'text-delta' | 'reasoning-delta' },
): readonly string[] {
  const type = event.type === 'text-delta' ? 'text' : 'reasoning';
  // Written by hand: this line runs for every token of every answer.
  const delta = `{"type":"${type}-delta","id":"${event.index}","delta":${json(event.text)}}`;
  const block: OpenBlock = open.get(event.index) ?? { type };
  if (block.type === 'reasoning' && event.type === 'reasoning-delta') {
    block.durationMs = event.durationMs;
  }
  if (open.has(event.index)) return [delta];
  open.set(event.index, block);
  return [json({ type: `${type}-start`, id: String(event.index) }), delta];
}

function encodeToolInput(
  open: Map<number, OpenBlock>,
  event: TurnEvent & { type: 'tool-input-delta' },
): readonly string[] {
  const block = open.get(event.index);
  if (block?.type !== 'tool') return [];
  block.json += event.json;
  return [json({ type: 'tool-input-delta', toolCallId: block.id, inputTextDelta: event.json })];
}

function closeBlock(open: Map<number, OpenBlock>, index: number): readonly string[] {
  const block = open.get(index);
  if (block === undefined) return [];
  open.delete(index);
  if (block.type === 'tool') return [toolInputEnd(block)];
  const duration = block.type === 'reasoning' ? durationMetadata(block) : {};
  return [json({ type: `${block.type}-end`, id: String(index), ...duration })];
}

function toolInputEnd(block: OpenBlock & { type: 'tool' }): string {
  const call = { toolCallId: block.id, toolName: block.name, dynamic: true };
  try {
    const input: unknown = block.json === '' ? {} : JSON.parse(block.json);
    return json({ type: 'tool-input-available', ...call, input });
  } catch {
    const errorText = 'The input of the tool is not valid JSON.';
    return json({ type: 'tool-input-error', ...call, input: block.json, errorText });
  }
}

function closeAll(open: Map<number, OpenBlock>): readonly string[] {
  return [...open.keys()].flatMap((index) => closeBlock(open, index));
}

function finishOf({ stopReason, usage, cost }: TurnEvent & { type: 'turn-stop' }): object {
  const messageMetadata = {
    stop_reason: stopReason,
    ...(usage === undefined ? {} : { usage: toUsageJson(usage) }),
    ...toCostJson(cost),
  };
  return { type: 'finish', finishReason: finishReasonOf(stopReason), messageMetadata };
}

/** Streambed's page reads `data-error`. Other clients show the text of `error` to people. */
function errorParts(error: ChatError, requestId: string): readonly string[] {
  const { code, retryable, message, liveTurnId } = error;
  const data = { code, retryable, requestId, ...(liveTurnId === undefined ? {} : { liveTurnId }) };
  return [
    json({ type: 'data-error', data, transient: true }),
    json({ type: 'error', errorText: message }),
  ];
}

const metadata = v.object({
  turn_id: v.optional(v.string()),
  conversation_id: v.optional(v.string()),
  model: v.optional(v.string()),
  stop_reason: v.optional(v.string()),
  usage: v.optional(usageJson),
  cost_usd: v.optional(v.number()),
});

const part = v.variant('type', [
  v.object({ type: v.literal('start'), messageMetadata: v.optional(metadata) }),
  v.object({ type: v.literal('start-step') }),
  v.object({ type: v.literal('text-delta'), id: v.string(), delta: v.string() }),
  v.object({ type: v.literal('reasoning-delta'), id: v.string(), delta: v.string() }),
  v.object({ type: v.literal('text-end'), id: v.string() }),
  v.object({ type: v.literal('reasoning-end'), id: v.string() }),
  v.object({
    type: v.literal('data-error'),
    data: v.object({ code: v.string(), liveTurnId: v.optional(v.string()) }),
  }),
  v.object({ type: v.literal('error'), errorText: v.string() }),
  v.object({ type: v.literal('finish'), messageMetadata: v.optional(metadata) }),
]);

/**
 * Decodes the events of one of Streambed's UI message streams, and skips unknown parts. Ends after
 * `turn-stop` or `error`. Throws a `ChatError` if the stream ends without either.
 */
export async function* decodeUiStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TurnEvent, void, undefined> {
  let failure: Failure = { code: 'internal' };
  for await (const { data } of decodeSse(chunks)) {
    if (data === '[DONE]') break;
    const parsed = v.safeParse(part, parseJson(data));
    if (!parsed.success) continue;
    if (parsed.output.type === 'data-error') failure = parsed.output.data;
    if (parsed.output.type === 'error') {
      yield { type: 'error', error: fromFailure(failure, parsed.output.errorText) };
      return;
    }
    yield* toEvents(parsed.output);
    if (parsed.output.type === 'finish') return;
  }
  throw connectionLost();
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    throw new ChatError('internal', 'The answer could not be read.', { cause: error });
  }
}

interface Failure {
  readonly code: string;
  readonly liveTurnId?: string | undefined;
}

function fromFailure({ code, liveTurnId }: Failure, message: string): ChatError {
  const options = liveTurnId === undefined ? {} : { liveTurnId };
  return new ChatError(toErrorCode(code), message, options);
}

function toEvents(parsed: v.InferOutput<typeof part>): readonly TurnEvent[] {
  switch (parsed.type) {
    case 'start': {
      const {
        turn_id: turnId = '',
        model: modelId = '',
        conversation_id,
      } = parsed.messageMetadata ?? {};
      const start = { type: 'turn-start', turnId, modelId } as const;
      return [
        conversation_id === undefined ? start : { ...start, conversationId: conversation_id },
      ];
    }
    case 'start-step':
      return [{ type: 'message-start' }];
    case 'text-delta':
    case 'reasoning-delta':
      return [{ type: parsed.type, index: Number(parsed.id), text: parsed.delta }];
    case 'text-end':
    case 'reasoning-end':
      return [{ type: 'block-stop', index: Number(parsed.id) }];
    case 'finish':
      return finishEvents(parsed.messageMetadata ?? {});
    case 'data-error':
    case 'error':
      return [];
  }
}

function finishEvents(finish: v.InferOutput<typeof metadata>): readonly TurnEvent[] {
  const { stop_reason: stopReason = 'end_turn', cost_usd: usd } = finish;
  const cost = usd === undefined ? {} : { cost: { nanoUsd: fromUsd(usd) } };
  const stop: TurnEvent = { type: 'message-stop', stopReason };
  if (finish.usage === undefined) return [stop, { type: 'turn-stop', stopReason, ...cost }];
  const usage = fromUsageJson(finish.usage);
  return [stop, { type: 'usage', usage }, { type: 'turn-stop', stopReason, usage, ...cost }];
}
