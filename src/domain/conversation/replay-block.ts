import type { ContentBlock } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

interface ToldBlock {
  readonly index: number;
  readonly told: ContentBlock | undefined;
}

/** What a block has beyond what was told of it. */
export function* replayBlock(
  block: ContentBlock,
  { index, told }: ToldBlock,
): Generator<StreamEvent> {
  switch (block.type) {
    case 'text':
    case 'reasoning': {
      const text = block.text.slice(told?.type === block.type ? told.text.length : 0);
      if (text === '') break;
      yield { type: `${block.type}-delta`, index, text };
      break;
    }
    case 'tool-use': {
      const { toolUseId, name, inputJson } = block;
      if (told === undefined) yield { type: 'block-start', index, toolUseId, name };
      const json = inputJson.slice(told?.type === block.type ? told.inputJson.length : 0);
      if (json !== '') yield { type: 'tool-input-delta', index, json };
      break;
    }
    case 'tool-result':
    case 'retrieval':
    case 'citation':
    case 'approval':
      if (told === undefined) yield { type: 'block', index, block };
      return;
  }
  yield { type: 'block-stop', index };
}
