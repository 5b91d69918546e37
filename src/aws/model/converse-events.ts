import type {
  CitationsDelta,
  ContentBlockDelta,
  ContentBlockDeltaEvent,
  ContentBlockStartEvent,
  ContentBlockStopEvent,
  ConverseStreamMetadataEvent,
  MessageStopEvent,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import { toFailure } from '#aws/bedrock/bedrock-stream.ts';
import type { Frame } from '#aws/bedrock/event-stream.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/**
 * Emits the events in some frames of ConverseStream. Text that arrived together becomes one delta:
 * this delays nothing and saves work in every later step. For an exception frame, throws an error
 * with Bedrock's name after all earlier events.
 */
export function* fromConverseFrames(
  frames: Iterable<Frame>,
): Generator<StreamEvent, void, undefined> {
  let text = '';
  let textIndex = 0;
  for (const frame of frames) {
    const failure = toFailure(frame);
    const event = failure === undefined ? fromConverseFrame(frame) : undefined;
    if (event?.type === 'text-delta' && (text === '' || event.index === textIndex)) {
      text += event.text;
      textIndex = event.index;
      continue;
    }
    if (text !== '') yield { type: 'text-delta', index: textIndex, text };
    text = '';
    if (failure !== undefined) throw failure;
    if (event !== undefined) yield event;
  }
  if (text !== '') yield { type: 'text-delta', index: textIndex, text };
}

/**
 * Returns the event in a frame; undefined for types that Bedrock may add later. The payload is the
 * bare union member, so its type follows from the service model.
 */
function fromConverseFrame({ headers, payload }: Frame): StreamEvent | undefined {
  switch (headers.get(':event-type') ?? '') {
    case 'contentBlockDelta': {
      const { contentBlockIndex = 0, delta }: ContentBlockDeltaEvent = JSON.parse(payload);
      return delta === undefined ? undefined : fromDelta(contentBlockIndex, delta);
    }
    case 'contentBlockStart': {
      const { contentBlockIndex: index = 0, start }: ContentBlockStartEvent = JSON.parse(payload);
      const { toolUseId, name } = start?.toolUse ?? {};
      if (toolUseId === undefined || name === undefined) return undefined;
      return { type: 'block-start', index, toolUseId, name };
    }
    case 'contentBlockStop': {
      const { contentBlockIndex: index = 0 }: ContentBlockStopEvent = JSON.parse(payload);
      return { type: 'block-stop', index };
    }
    case 'messageStart':
      return { type: 'message-start' };
    case 'messageStop': {
      const { stopReason = 'end_turn' }: MessageStopEvent = JSON.parse(payload);
      return { type: 'message-stop', stopReason };
    }
    case 'metadata': {
      const { usage }: ConverseStreamMetadataEvent = JSON.parse(payload);
      return usage === undefined ? undefined : { type: 'usage', usage: fromUsage(usage) };
    }
    default:
      return undefined;
  }
}

function fromDelta(index: number, delta: ContentBlockDelta): StreamEvent | undefined {
  if (delta.text !== undefined) return { type: 'text-delta', index, text: delta.text };
  if (delta.toolUse !== undefined) {
    return { type: 'tool-input-delta', index, json: delta.toolUse.input ?? '' };
  }
  if (delta.citation !== undefined) return fromCitation(index, delta.citation);
  if (delta.reasoningContent === undefined) return undefined;
  const { text = '', signature } = delta.reasoningContent;
  const reasoning = { type: 'reasoning-delta', index, text } as const;
  return signature === undefined ? reasoning : { ...reasoning, signature };
}

/** A citation refers to the text that its block has so far. */
function fromCitation(index: number, citation: CitationsDelta): StreamEvent {
  const { source = '', title, sourceContent = [] } = citation;
  const text = sourceContent.map((part) => part.text ?? '').join('');
  const passage = { text, source, ...(title === undefined ? {} : { title }) };
  return { type: 'block', index, block: { type: 'citation', passages: [passage] } };
}

function fromUsage(usage: TokenUsage): Usage {
  return {
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    totalTokens: usage.totalTokens ?? 0,
    cacheReadInputTokens: usage.cacheReadInputTokens ?? 0,
    cacheWriteInputTokens: usage.cacheWriteInputTokens ?? 0,
  };
}
