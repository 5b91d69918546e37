import type {
  AnswerEvent,
  BlockKind,
  Citation,
  EndEvent,
  ServerToolBlock,
  StopReason,
} from '#local/bedrock/turn/answer.ts';
import { parseExactJson } from '#local/wire/json/exact-json.ts';

/** A complete answer, for operations that do not stream. */
export interface WholeAnswer extends Omit<EndEvent, 'type'> {
  readonly blocks: readonly AnswerBlock[];
  readonly serverTools: readonly PlacedServerTool[];
  readonly stopReason: StopReason;
  readonly stopSequence?: string | undefined;
}

/** A block of a server tool, and the number of the other blocks before it. */
export interface PlacedServerTool {
  readonly before: number;
  readonly block: ServerToolBlock;
}

export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string; readonly citations: readonly Citation[] }
  | {
      readonly type: 'reasoning';
      readonly text: string;
      /** Absent: the model does not sign its reasoning. */
      readonly signature?: string | undefined;
    }
  | {
      readonly type: 'tool-use';
      readonly toolUseId: string;
      readonly name: string;
      /** As JSON, which a scenario can make invalid. */
      readonly inputJson: string;
    };

/** Builds a complete answer from its events. */
export interface AnswerCollector {
  add(event: AnswerEvent): void;
  /** Returns the blocks received so far. */
  blocks(): readonly AnswerBlock[];
  /** Returns the complete answer. Throws before the `end` event was added. */
  whole(): WholeAnswer;
}

/** Creates a collector. Its `add` throws for a delta of a block that has not started. */
export function createAnswerCollector(): AnswerCollector {
  const open = new Map<number, OpenBlock>();
  const serverTools: PlacedServerTool[] = [];
  let stop: { stopReason: StopReason; stopSequence?: string } = { stopReason: 'end_turn' };
  let end: EndEvent | undefined;
  const blockAt = (index: number): OpenBlock => {
    const block = open.get(index);
    if (block === undefined) throw new Error(`Delta for block ${index}, which has not started`);
    return block;
  };
  const blocks = (): readonly AnswerBlock[] => inOrder(open);
  return {
    add(event) {
      switch (event.type) {
        case 'start':
        case 'block-stop':
          return;
        case 'block-start':
          open.set(event.index, { kind: event.block, parts: [], citations: [] });
          return;
        case 'text-delta':
        case 'reasoning-delta':
        case 'tool-input-delta':
          blockAt(event.index).parts.push('text' in event ? event.text : event.json);
          return;
        case 'signature':
          blockAt(event.index).signature = event.signature;
          return;
        case 'citation':
          blockAt(event.index).citations.push(event.citation);
          return;
        case 'server-tool':
          serverTools.push({ before: open.size, block: event.block });
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
      if (end === undefined) throw new Error('The answer has not ended yet');
      return { ...end, ...stop, blocks: blocks(), serverTools };
    },
  };
}

interface OpenBlock {
  readonly kind: BlockKind;
  readonly parts: string[];
  readonly citations: Citation[];
  signature?: string;
}

function inOrder(open: ReadonlyMap<number, OpenBlock>): readonly AnswerBlock[] {
  return [...open].toSorted(([a], [b]) => a - b).map(([, block]) => toBlock(block));
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

/** Renders all blocks of an answer, those of server tools at their places. */
export function renderBlocks<T>(
  { blocks, serverTools }: Pick<WholeAnswer, 'blocks' | 'serverTools'>,
  renderBlock: (block: AnswerBlock) => T,
  renderServerTool: (block: ServerToolBlock) => T,
): readonly T[] {
  if (serverTools.length === 0) return blocks.map(renderBlock);
  const toolsAt = (place: number): readonly T[] =>
    serverTools
      .filter(({ before }) => before === place)
      .map(({ block }) => renderServerTool(block));
  const rest = blocks.flatMap((block, place) => [...toolsAt(place), renderBlock(block)]);
  return [...rest, ...toolsAt(blocks.length)];
}

/** Returns the text of an answer, without its reasoning. */
export function answerText({ blocks }: Pick<WholeAnswer, 'blocks'>): string {
  return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** Returns the reasoning text of an answer. */
export function reasoningText({ blocks }: Pick<WholeAnswer, 'blocks'>): string {
  return blocks.map((block) => (block.type === 'reasoning' ? block.text : '')).join('');
}

/** Parses the input of a tool use. Returns the text itself if it is not valid JSON. */
export function parseInput(json: string): unknown {
  try {
    return parseExactJson(json);
  } catch {
    return json;
  }
}
