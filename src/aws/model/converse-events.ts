import type {
  CitationsDelta,
  ContentBlockDelta,
  ConverseStreamOutput,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { toHourWrites, type Usage } from '#domain/conversation/usage.ts';

/**
 * Emits the events of a batch of ConverseStream. Text that arrived together becomes one delta: this
 * delays nothing and saves work in every later step. An error in the batch is thrown after all
 * earlier events.
 */
export function* fromConverseEvents(
  batch: Iterable<ConverseStreamOutput>,
): Generator<StreamEvent, void, undefined> {
  let waiting: TextDelta | undefined;
  try {
    for (const output of batch) {
      const event = fromConverseEvent(output);
      if (event?.type === 'text-delta' && (waiting?.index ?? event.index) === event.index) {
        waiting = { ...event, text: (waiting?.text ?? '') + event.text };
        continue;
      }
      if (waiting !== undefined) yield waiting;
      waiting = undefined;
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (waiting !== undefined) yield waiting;
    throw error;
  }
  if (waiting !== undefined) yield waiting;
}

type TextDelta = Extract<StreamEvent, { readonly type: 'text-delta' }>;

/** Bedrock may add members later, so an event may be of none of these. A member may be null. */
function fromConverseEvent(output: ConverseStreamOutput): StreamEvent | undefined {
  if (output.contentBlockDelta !== undefined) {
    const { contentBlockIndex, delta } = output.contentBlockDelta;
    return delta && fromDelta(contentBlockIndex ?? 0, delta);
  }
  if (output.contentBlockStart !== undefined) {
    const { contentBlockIndex, start } = output.contentBlockStart;
    const { toolUseId, name } = start?.toolUse ?? {};
    if (typeof toolUseId !== 'string' || typeof name !== 'string') return undefined;
    return { type: 'block-start', index: contentBlockIndex ?? 0, toolUseId, name };
  }
  if (output.contentBlockStop !== undefined) {
    return { type: 'block-stop', index: output.contentBlockStop.contentBlockIndex ?? 0 };
  }
  if (output.messageStart !== undefined) return { type: 'message-start' };
  if (output.messageStop !== undefined) {
    return { type: 'message-stop', stopReason: output.messageStop.stopReason ?? 'end_turn' };
  }
  const usage = output.metadata?.usage;
  return usage && { type: 'usage', usage: fromUsage(usage) };
}

function fromDelta(index: number, delta: ContentBlockDelta): StreamEvent | undefined {
  const { text, toolUse, citation, reasoningContent } = delta;
  if (typeof text === 'string') return { type: 'text-delta', index, text };
  if (toolUse) return { type: 'tool-input-delta', index, json: toolUse.input ?? '' };
  if (citation) return fromCitation(index, citation);
  if (!reasoningContent) return undefined;
  const { text: thought, signature } = reasoningContent;
  const reasoning = { type: 'reasoning-delta', index, text: thought ?? '' } as const;
  return typeof signature === 'string' ? { ...reasoning, signature } : reasoning;
}

/** A citation refers to the text that its block has so far. */
function fromCitation(index: number, citation: CitationsDelta): StreamEvent {
  const { source, title, sourceContent } = citation;
  const text = (sourceContent ?? []).map((part) => part.text ?? '').join('');
  const passage = { text, source: source ?? '', ...(typeof title === 'string' ? { title } : {}) };
  return { type: 'block', index, block: { type: 'citation', passages: [passage] } };
}

/** Bedrock lists what was written by its time to live. Agents may forward anything. */
function hourWritesIn({ cacheDetails }: TokenUsage): number {
  const hour = (Array.isArray(cacheDetails) ? cacheDetails : []).filter(({ ttl }) => ttl === '1h');
  return hour.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0);
}

function fromUsage(usage: TokenUsage): Usage {
  return {
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    totalTokens: usage.totalTokens ?? 0,
    cacheReadInputTokens: usage.cacheReadInputTokens ?? 0,
    cacheWriteInputTokens: usage.cacheWriteInputTokens ?? 0,
    ...toHourWrites(hourWritesIn(usage)),
  };
}
