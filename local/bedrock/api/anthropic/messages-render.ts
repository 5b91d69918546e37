import type {
  AnswerEvent,
  BlockKind,
  Citation,
  StopReason,
  Usage,
} from '#local/bedrock/turn/answer.ts';
import {
  serverToolMessages,
  serverToolUsage,
  toServerToolContent,
} from '#local/bedrock/api/anthropic/server-tools-render.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';
import {
  parseInput,
  renderBlocks,
  type AnswerBlock,
  type PlacedServerTool,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** Returns the response of Anthropic's Messages API. */
export function renderMessage(answer: WholeAnswer, turn: ModelTurn, model: string): object {
  return {
    id: messageId(turn),
    type: 'message',
    role: 'assistant',
    model,
    content: renderBlocks(answer, toContent, toServerToolContent),
    stop_reason: toStopReason(answer.stopReason),
    stop_sequence: answer.stopSequence ?? null,
    usage: {
      ...inputUsage(answer.usage),
      output_tokens: answer.usage.outputTokens,
      ...serverToolUsage(answer.serverTools),
    },
  };
}

/** An event of a streamed message. */
export interface MessageEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Returns a function that renders the events of an answer as those of Anthropic's own stream. */
export function createMessageStream(
  turn: ModelTurn,
  model: string,
): (event: AnswerEvent) => readonly MessageEvent[] {
  const serverTools: PlacedServerTool[] = [];
  let stop: { stop_reason: string; stop_sequence: string | null } | undefined;
  return (event) => {
    switch (event.type) {
      case 'start':
        return [{ type: 'message_start', message: emptyMessage(turn, model, event.input) }];
      case 'block-start':
        return [blockStart(event.index, emptyBlock(event.block))];
      case 'text-delta':
        return [delta(event.index, { type: 'text_delta', text: event.text })];
      case 'reasoning-delta':
        return [delta(event.index, { type: 'thinking_delta', thinking: event.text })];
      case 'signature':
        return [delta(event.index, { type: 'signature_delta', signature: event.signature })];
      case 'tool-input-delta':
        return [delta(event.index, { type: 'input_json_delta', partial_json: event.json })];
      case 'citation':
        return [
          delta(event.index, { type: 'citations_delta', citation: toCitation(event.citation) }),
        ];
      case 'block-stop':
        return [{ type: 'content_block_stop', index: event.index }];
      case 'server-tool':
        serverTools.push({ before: event.index, block: event.block });
        return serverToolMessages(event.block, event.index);
      case 'stop':
        stop = {
          stop_reason: toStopReason(event.stopReason),
          stop_sequence: event.stopSequence ?? null,
        };
        return [];
      case 'end': {
        const usage = {
          output_tokens: event.usage.outputTokens,
          ...serverToolUsage(serverTools),
        };
        return [{ type: 'message_delta', delta: stop, usage }, { type: 'message_stop' }];
      }
    }
  };
}

function emptyMessage(turn: ModelTurn, model: string, input: Omit<Usage, 'outputTokens'>): object {
  return {
    id: messageId(turn),
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...inputUsage(input), output_tokens: 1 },
  };
}

function blockStart(index: number, content_block: object): MessageEvent {
  return { type: 'content_block_start', index, content_block };
}

function delta(index: number, change: object): MessageEvent {
  return { type: 'content_block_delta', index, delta: change };
}

function emptyBlock(block: BlockKind): object {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool-use':
      return { type: 'tool_use', id: toToolId(block.toolUseId), name: block.name, input: {} };
  }
}

function toContent(block: AnswerBlock): object {
  switch (block.type) {
    case 'text': {
      const { text, citations } = block;
      if (citations.length === 0) return { type: 'text', text };
      return { type: 'text', text, citations: citations.map(toCitation) };
    }
    case 'reasoning':
      return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' };
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      return { type: 'tool_use', id: toToolId(toolUseId), name, input: parseInput(inputJson) };
    }
  }
}

function toCitation({ title, source, text, location, place }: Citation): object {
  if (location.type === 'web') {
    return {
      type: 'web_search_result_location',
      cited_text: text,
      encrypted_index: Buffer.from(location.url).toString('base64'),
      title,
      url: location.url,
    };
  }
  if (location.type === 'search-result') {
    return {
      type: 'search_result_location',
      cited_text: text,
      source,
      title,
      search_result_index: location.index,
      start_block_index: place?.start ?? 0,
      end_block_index: place?.end ?? 1,
    };
  }
  return {
    ...toDocumentPlace(location, place),
    cited_text: text,
    document_index: location.index,
    document_title: title,
  };
}

function toDocumentPlace(
  location: Exclude<Citation['location'], { type: 'web' }>,
  place: Citation['place'],
): object {
  const { start, end } = place ?? location;
  switch (place?.unit) {
    case 'page':
      return { type: 'page_location', start_page_number: start, end_page_number: end };
    case 'block':
      return { type: 'content_block_location', start_block_index: start, end_block_index: end };
    case undefined:
      return { type: 'char_location', start_char_index: start, end_char_index: end };
  }
}

function messageId(turn: ModelTurn): string {
  return `msg_bdrk_${idFrom(`${turn.model.id} ${lastUserText(turn)}`, 24)}`;
}

function toToolId(id: string): string {
  return /^[a-zA-Z0-9]{22}$/u.test(id) ? `toolu_bdrk_${id}` : id;
}

/** Returns Anthropic's own name of a stop reason. */
function toStopReason(reason: StopReason): string {
  return reason === 'content_filtered' || reason === 'guardrail_intervened' ? 'refusal' : reason;
}

function inputUsage(usage: Omit<Usage, 'outputTokens'>): object {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
  };
}
