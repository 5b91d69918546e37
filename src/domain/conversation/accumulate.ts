import type { ContentBlock, Message, ReasoningBlock } from '#domain/conversation/message.ts';
import type { StopReason, StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** An answer so far. */
export interface Answer {
  readonly content: readonly ContentBlock[];
  /** The index of each block on the wire, where an empty block may leave a gap. */
  readonly indexes: readonly number[];
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
}

export const emptyAnswer: Answer = { content: [], indexes: [] };

/** Returns an answer as a message of the conversation. */
export function toMessage(answer: Answer): Message {
  return { role: 'assistant', content: answer.content };
}

/**
 * Returns an answer with one more event. The history and the browser both use this function, so
 * that what is stored is what was read. Throws a `TypeError` if a delta does not fit its block.
 */
export function accumulate(answer: Answer, event: StreamEvent): Answer {
  switch (event.type) {
    case 'message-start':
    case 'block-stop':
      return answer;
    case 'block-start': {
      const { toolUseId, name } = event;
      return withBlock(answer, event.index, { type: 'tool-use', toolUseId, name, inputJson: '' });
    }
    case 'text-delta':
    case 'reasoning-delta':
    case 'tool-input-delta':
      return withBlock(answer, event.index, appendDelta(blockAt(answer, event.index), event));
    case 'block':
      return withBlock(answer, event.index, event.block);
    case 'message-stop':
      return { ...answer, stopReason: event.stopReason };
    case 'usage':
      return { ...answer, usage: event.usage };
  }
}

type Delta = Extract<StreamEvent, { type: `${string}-delta` }>;

function appendDelta(block: ContentBlock | undefined, delta: Delta): ContentBlock {
  if (delta.type === 'text-delta') {
    if (block === undefined) return { type: 'text', text: delta.text };
    if (block.type === 'text') return { type: 'text', text: appendText(block.text, delta.text) };
  } else if (delta.type === 'reasoning-delta') {
    if (block === undefined) return { type: 'reasoning', ...reasoningOf(delta, '') };
    if (block.type === 'reasoning') return { ...block, ...reasoningOf(delta, block.text) };
  } else if (block?.type === 'tool-use') {
    return { ...block, inputJson: block.inputJson + delta.json };
  }
  throw new TypeError(
    `A ${delta.type} for block ${delta.index}, which is ${block?.type ?? 'not open'}`,
  );
}

/**
 * JavaScript engines store a string that was built from many pieces as a tree with a node for each
 * piece, which takes ten times its size. Matching a pattern turns it into one flat string again.
 * Once every 64 K is often enough.
 */
function appendText(text: string, more: string): string {
  const whole = text + more;
  if (whole.length >> 16 > text.length >> 16) /^./su.test(whole);
  return whole;
}

function reasoningOf(
  { text, signature, durationMs }: Extract<Delta, { type: 'reasoning-delta' }>,
  before: string,
): Omit<ReasoningBlock, 'type'> {
  return {
    text: before + text,
    ...(signature === undefined ? {} : { signature }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

function blockAt({ content, indexes }: Answer, index: number): ContentBlock | undefined {
  return content[indexes.lastIndexOf(index)];
}

function withBlock(answer: Answer, index: number, block: ContentBlock): Answer {
  const position = answer.indexes.lastIndexOf(index);
  if (position !== -1) return { ...answer, content: answer.content.with(position, block) };
  const { content, indexes } = answer;
  return { ...answer, content: [...content, block], indexes: [...indexes, index] };
}
