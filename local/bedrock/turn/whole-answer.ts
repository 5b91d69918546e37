import type {
  AnswerEvent,
  BlockKind,
  Citation,
  EndEvent,
  StopReason,
} from '#local/bedrock/turn/answer.ts';

/** A whole answer, for the doors that do not stream. */
export interface WholeAnswer extends Omit<EndEvent, 'type'> {
  readonly blocks: readonly AnswerBlock[];
  readonly stopReason: StopReason;
  readonly stopSequence?: string | undefined;
}

export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string; readonly citations: readonly Citation[] }
  | { readonly type: 'reasoning'; readonly text: string; readonly signature: string }
  | {
      readonly type: 'tool-use';
      readonly toolUseId: string;
      readonly name: string;
      /** As JSON; not always valid, where a scenario has it so. */
      readonly inputJson: string;
    };

export interface AnswerCollector {
  add(event: AnswerEvent): void;
  /** The blocks as far as they have come. */
  blocks(): readonly AnswerBlock[];
  /** The answer, after its last event. */
  whole(): WholeAnswer;
}

/** Adds up the events of an answer. */
export function createAnswerCollector(): AnswerCollector {
  const open = new Map<number, OpenBlock>();
  let stop: { stopReason: StopReason; stopSequence?: string } = { stopReason: 'end_turn' };
  let end: EndEvent | undefined;
  const blockAt = (index: number): OpenBlock => {
    const block = open.get(index);
    if (block === undefined) throw new Error(`A delta came before its block ${index} began`);
    return block;
  };
  const blocks = (): readonly AnswerBlock[] =>
    [...open].toSorted(([a], [b]) => a - b).map(([, block]) => toBlock(block));
  return {
    add(event) {
      switch (event.type) {
        case 'start':
        case 'block-stop':
          return;
        case 'block-start':
          open.set(event.index, { kind: event.block, parts: [], citations: [], signature: '' });
          return;
        case 'text-delta':
        case 'reasoning-delta':
          blockAt(event.index).parts.push(event.text);
          return;
        case 'tool-input-delta':
          blockAt(event.index).parts.push(event.json);
          return;
        case 'signature':
          blockAt(event.index).signature = event.signature;
          return;
        case 'citation':
          blockAt(event.index).citations.push(event.citation);
          return;
        case 'stop':
          stop = event;
          return;
        case 'end':
          end = event;
      }
    },
    blocks,
    whole() {
      if (end === undefined) throw new Error('The answer has no end yet');
      return { ...end, ...stop, blocks: blocks() };
    },
  };
}

interface OpenBlock {
  readonly kind: BlockKind;
  readonly parts: string[];
  readonly citations: Citation[];
  signature: string;
}

function toBlock({ kind, parts, citations, signature }: OpenBlock): AnswerBlock {
  const text = parts.join('');
  switch (kind.type) {
    case 'text':
      return { type: 'text', text, citations };
    case 'reasoning':
      return { type: 'reasoning', text, signature };
    case 'tool-use':
      return { ...kind, inputJson: text === '' ? '{}' : text };
  }
}

/** The text of an answer, without its reasoning. */
export function answerText({ blocks }: Pick<WholeAnswer, 'blocks'>): string {
  return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** The reasoning of an answer. */
export function reasoningText({ blocks }: Pick<WholeAnswer, 'blocks'>): string {
  return blocks.map((block) => (block.type === 'reasoning' ? block.text : '')).join('');
}

/** The input of a tool use; the bare text where it is not JSON. */
export function parseInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
