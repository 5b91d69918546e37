import type { ContentBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/** Emits a stored block as events, without the part of it that was already emitted. */
export function* replayBlock(
  block: ContentBlock,
  index: number,
  emitted?: ContentBlock,
): Generator<StreamEvent> {
  switch (block.type) {
    case 'text': {
      const text = block.text.slice(emitted?.type === block.type ? emitted.text.length : 0);
      if (text !== '') yield { type: 'text-delta', index, text };
      break;
    }
    case 'reasoning': {
      const before = emitted?.type === block.type ? emitted : undefined;
      const text = block.text.slice(before?.text.length ?? 0);
      const { durationMs } = block;
      if (text === '' && before?.durationMs === durationMs) break;
      const duration = durationMs === undefined ? {} : { durationMs };
      yield { type: 'reasoning-delta', index, text, ...duration };
      break;
    }
    case 'tool-use': {
      const { toolUseId, name, inputJson } = block;
      if (emitted === undefined) yield { type: 'block-start', index, toolUseId, name };
      const json = inputJson.slice(emitted?.type === block.type ? emitted.inputJson.length : 0);
      if (json !== '') yield { type: 'tool-input-delta', index, json };
      break;
    }
    case 'tool-result':
    case 'retrieval':
    case 'citation':
    case 'approval':
      if (emitted === undefined) yield { type: 'block', index, block };
      return;
    // Only questions have files.
    case 'attachment':
      return;
  }
  yield { type: 'block-stop', index };
}
