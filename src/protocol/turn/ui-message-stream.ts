import type { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { deltaLength } from '#domain/conversation/turn-log.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import { encodeCursor } from '#protocol/turn/cursor.ts';
import { ssePing } from '#protocol/http/sse.ts';
import { durationMetadata, finishReasonOf, wholeBlockParts } from '#protocol/turn/ui-parts.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';
import { parseExactJson } from '#domain/json.ts';

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
    const input = parseExactJson(block.json === '' ? '{}' : block.json);
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

export { decodeUiStream } from '#protocol/turn/decode-ui-stream.ts';
