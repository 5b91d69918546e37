import * as v from 'valibot';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { ToolResultBlock, WholeBlock } from '#domain/conversation/message.ts';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import { connectionLost } from '#protocol/http/problem.ts';
import { decodeSse } from '#protocol/http/sse.ts';
import { fromPassageJson } from '#protocol/conversation/passage-json.ts';
import { fromUsageJson, fromUsd } from '#protocol/conversation/usage-json.ts';
import {
  uiPart,
  type PartMetadata,
  type UiMetadata,
  type UiPart,
} from '#protocol/turn/ui-part-schema.ts';

/**
 * The places in an answer of tool calls and their results, which parts name by the call's id. A
 * reader who resumes a stream passes on the same ones.
 */
export type CallPlaces = Map<string, number>;

/** No block that a stream numbers has an index as large as this. */
const firstPlace = 1e9;

/**
 * Decodes the events of one of Streambed's UI message streams, and skips unknown parts. Ends after
 * `turn-stop` or `error`. Throws a `ChatError` if the stream ends without either.
 */
export async function* decodeUiStream(
  chunks: AsyncIterable<Uint8Array>,
  places: CallPlaces = new Map(),
): AsyncGenerator<TurnEvent, void, undefined> {
  let failure: Failure = { code: 'internal' };
  for await (const { data } of decodeSse(chunks)) {
    if (data === '[DONE]') break;
    const parsed = v.safeParse(uiPart, parseJson(data));
    if (!parsed.success) continue;
    const part = parsed.output;
    if (part.type === 'data-error') failure = part.data;
    if (part.type === 'error') {
      yield { type: 'error', error: fromFailure(failure, part.errorText) };
      return;
    }
    yield* toEvents(part, places);
    if (part.type === 'finish') return;
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
  readonly requestId?: string | undefined;
  readonly liveTurnId?: string | undefined;
}

function fromFailure({ code, ...details }: Failure, message: string): ChatError {
  return new ChatError(toErrorCode(code), message, details);
}

function toEvents(part: UiPart, places: CallPlaces): readonly TurnEvent[] {
  switch (part.type) {
    case 'start':
      return [toStart(part.messageMetadata ?? {})];
    case 'start-step':
      return [{ type: 'message-start' }];
    case 'message-metadata': {
      const { model: modelId } = part.messageMetadata;
      return modelId === undefined ? [] : [{ type: 'message-start', modelId }];
    }
    case 'text-delta':
    case 'reasoning-delta':
      return [{ type: part.type, index: Number(part.id), text: part.delta }];
    case 'text-end':
      return [{ type: 'block-stop', index: Number(part.id) }];
    case 'reasoning-end':
      return reasoningEnd(Number(part.id), part);
    case 'tool-input-start': {
      const { toolCallId: toolUseId, toolName: name } = part;
      return [{ type: 'block-start', index: placeOf(places, 'call', toolUseId), toolUseId, name }];
    }
    case 'tool-input-delta': {
      const index = placeOf(places, 'call', part.toolCallId);
      return [{ type: 'tool-input-delta', index, json: part.inputTextDelta }];
    }
    case 'tool-input-available':
    case 'tool-input-error':
      return [{ type: 'block-stop', index: placeOf(places, 'call', part.toolCallId) }];
    case 'tool-output-available':
    case 'tool-output-error':
    case 'tool-approval-request':
    case 'data-retrieval':
    case 'data-citation':
      return [toBlockEvent(part, places)];
    case 'finish':
      return finishEvents(part.messageMetadata ?? {});
    case 'data-error':
    case 'error':
      return [];
  }
}

function toStart({ turn_id: turnId = '', model: modelId = '', ...rest }: UiMetadata): TurnEvent {
  const { conversation_id: conversationId } = rest;
  const start = { type: 'turn-start', turnId, modelId } as const;
  return conversationId === undefined ? start : { ...start, conversationId };
}

/** How long a block of reasoning took is known at its end, and belongs to its last delta. */
function reasoningEnd(index: number, part: PartMetadata): readonly TurnEvent[] {
  const stop = { type: 'block-stop', index } as const;
  const { durationMs } = durationOf(part);
  if (durationMs === undefined) return [stop];
  return [{ type: 'reasoning-delta', index, text: '', durationMs }, stop];
}

type BlockPart = Extract<
  UiPart,
  { type: `tool-output-${string}` | 'tool-approval-request' | `data-${'retrieval' | 'citation'}` }
>;

function toBlockEvent(part: BlockPart, places: CallPlaces): TurnEvent {
  switch (part.type) {
    case 'tool-output-available':
    case 'tool-output-error': {
      const index = placeOf(places, 'result', part.toolCallId);
      return { type: 'block', index, block: toResult(part) };
    }
    case 'tool-approval-request': {
      const { toolCallId: toolUseId } = part;
      const index = placeOf(places, 'approval', toolUseId);
      return { type: 'block', index, block: { type: 'approval', toolUseId } };
    }
    case 'data-retrieval': {
      const passages = part.data.passages.map(fromPassageJson);
      return blockAt(part.id, { type: 'retrieval', query: part.data.query, passages });
    }
    case 'data-citation': {
      const { start, end, sources } = part.data;
      const passages = sources.map(fromPassageJson);
      const span = start === undefined || end === undefined ? {} : { span: { start, end } };
      return blockAt(part.id, { type: 'citation', ...span, passages });
    }
  }
}

function blockAt(id: string, block: WholeBlock): TurnEvent {
  return { type: 'block', index: Number(id), block };
}

function toResult(part: Extract<UiPart, { type: `tool-output-${string}` }>): ToolResultBlock {
  const result = { type: 'tool-result', toolUseId: part.toolCallId, ...durationOf(part) } as const;
  if (part.type === 'tool-output-available') return { ...result, text: part.output };
  const isDenied = part.providerMetadata?.streambed?.denied === true;
  const denied = isDenied ? ({ isDenied } as const) : {};
  return { ...result, text: part.errorText, isError: true, ...denied };
}

function durationOf({ providerMetadata }: PartMetadata): { readonly durationMs?: number } {
  const seconds = providerMetadata?.streambed?.seconds;
  return seconds === undefined ? {} : { durationMs: Math.round(seconds * 1_000) };
}

function placeOf(places: CallPlaces, kind: 'call' | 'result' | 'approval', id: string): number {
  const name = `${kind}:${id}`;
  const place = places.get(name) ?? firstPlace + places.size;
  places.set(name, place);
  return place;
}

function finishEvents(finish: UiMetadata): readonly TurnEvent[] {
  const { stop_reason: stopReason = 'end_turn', cost_usd: usd } = finish;
  const cost = usd === undefined ? {} : { cost: { nanoUsd: fromUsd(usd) } };
  const stop: TurnEvent = { type: 'message-stop', stopReason };
  if (finish.usage === undefined) return [stop, { type: 'turn-stop', stopReason, ...cost }];
  const usage = fromUsageJson(finish.usage);
  return [stop, { type: 'usage', usage }, { type: 'turn-stop', stopReason, usage, ...cost }];
}
