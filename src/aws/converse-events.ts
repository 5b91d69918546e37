import type {
  ContentBlockDelta,
  ConverseStreamOutput,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { StreamEvent } from '#domain/stream-event.ts';
import type { Usage } from '#domain/usage.ts';

/**
 * A ConverseStream event as one of ours; `undefined` for what we do not carry, such as events
 * Bedrock may add later. The most frequent event is looked for first.
 */
export function fromConverseEvent(event: ConverseStreamOutput): StreamEvent | undefined {
  if (event.contentBlockDelta !== undefined) {
    const { contentBlockIndex = 0, delta } = event.contentBlockDelta;
    return delta === undefined ? undefined : fromDelta(contentBlockIndex, delta);
  }
  if (event.contentBlockStart !== undefined) {
    const { contentBlockIndex: index = 0, start } = event.contentBlockStart;
    const { toolUseId, name } = start?.toolUse ?? {};
    if (toolUseId === undefined || name === undefined) return undefined;
    return { type: 'block-start', index, toolUseId, name };
  }
  if (event.contentBlockStop !== undefined) {
    return { type: 'block-stop', index: event.contentBlockStop.contentBlockIndex ?? 0 };
  }
  if (event.messageStart !== undefined) return { type: 'message-start' };
  if (event.messageStop !== undefined) {
    return { type: 'message-stop', stopReason: event.messageStop.stopReason ?? 'end_turn' };
  }
  if (event.metadata?.usage !== undefined) {
    return { type: 'usage', usage: fromUsage(event.metadata.usage) };
  }
  return undefined;
}

function fromDelta(index: number, delta: ContentBlockDelta): StreamEvent | undefined {
  if (delta.text !== undefined) return { type: 'text-delta', index, text: delta.text };
  if (delta.toolUse !== undefined) {
    return { type: 'tool-input-delta', index, json: delta.toolUse.input ?? '' };
  }
  if (delta.reasoningContent === undefined) return undefined;
  const { text = '', signature } = delta.reasoningContent;
  const reasoning = { type: 'reasoning-delta', index, text } as const;
  return signature === undefined ? reasoning : { ...reasoning, signature };
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
