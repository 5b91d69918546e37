import type { AnswerEvent } from '#local/bedrock/turn/answer.ts';
import { toCallId } from '#local/bedrock/api/openai/chat-render.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import type { SseFormat, SseMessage } from '#local/bedrock/api/sse-writer.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';
import {
  createAnswerCollector,
  reasoningText,
  type AnswerBlock,
  type AnswerCollector,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** A fixed time, as in chat completions, so that the same request always gets the same bytes. */
const createdAt = Date.UTC(2026, 0, 1) / 1_000;

/** Returns a complete response. */
export function renderResponse(answer: WholeAnswer, turn: ModelTurn, model: string): object {
  const isCut = answer.stopReason === 'max_tokens';
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = answer.usage;
  const allInput = inputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    ...responseBase(turn, model),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: answer.blocks.map((block, index) => toItem(block, index, turn)),
    usage: {
      input_tokens: allInput,
      input_tokens_details: { cached_tokens: cacheReadTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: countTokens(reasoningText(answer)) },
      total_tokens: allInput + outputTokens,
    },
  };
}

function responseBase(turn: ModelTurn, model: string): object {
  return {
    id: `resp_${seedOf(turn)}`,
    object: 'response',
    created_at: createdAt,
    model,
    error: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    temperature: 1,
    top_p: 1,
  };
}

function seedOf(turn: ModelTurn): string {
  return idFrom(`response ${turn.model.id} ${lastUserText(turn)}`, 32);
}

function toItem(block: AnswerBlock, index: number, turn: ModelTurn): object {
  const id = itemId(block, index, turn);
  switch (block.type) {
    case 'text': {
      const content = [toPart(block.type, block.text)];
      return { id, type: 'message', role: 'assistant', status: 'completed', content };
    }
    case 'reasoning':
      return { id, type: 'reasoning', summary: [], content: [toPart(block.type, block.text)] };
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      const call = { call_id: toCallId(toolUseId), name, arguments: inputJson };
      return { id, type: 'function_call', status: 'completed', ...call };
    }
  }
}

function itemId({ type }: Pick<AnswerBlock, 'type'>, index: number, turn: ModelTurn): string {
  const kind = { text: 'msg', reasoning: 'rs', 'tool-use': 'fc' }[type];
  return `${kind}_${seedOf(turn)}${index}`;
}

function toPart(type: 'text' | 'reasoning', text: string): object {
  return type === 'text'
    ? { type: 'output_text', text, annotations: [] }
    : { type: 'reasoning_text', text };
}

/** The type and members of an event, without its sequence number. */
type Unnumbered = readonly [type: string, members: object];

/** Returns the format of a streamed response. Its events have sequence numbers. */
export function createResponseStream(turn: ModelTurn, model: string): SseFormat {
  const collector = createAnswerCollector();
  const ids = new Map<number, string>();
  let sequence = -1;
  const withNumber = ([type, members]: Unnumbered): SseMessage => {
    sequence += 1;
    return { event: type, data: { type, sequence_number: sequence, ...members } };
  };
  const running = { ...responseBase(turn, model), status: 'in_progress', output: [], usage: null };
  return {
    unknownMessage: { event: 'response.something_new', data: { type: 'response.something_new' } },
    toError: (code, message) =>
      withNumber([
        'response.failed',
        { response: { ...running, status: 'failed', error: { code, message } } },
      ]),
    toMessages(event) {
      collector.add(event);
      if (event.type === 'start') {
        const types = ['response.created', 'response.in_progress'];
        return types.map((type) => withNumber([type, { response: running }]));
      }
      if (event.type === 'block-start')
        ids.set(event.index, itemId(event.block, event.index, turn));
      if (event.type !== 'end') return blockEvents(event, ids, collector, turn).map(withNumber);
      const whole = collector.whole();
      const isCut = whole.stopReason === 'max_tokens';
      const type = isCut ? 'response.incomplete' : 'response.completed';
      return [withNumber([type, { response: renderResponse(whole, turn, model) }])];
    },
  };
}

function blockEvents(
  event: Exclude<AnswerEvent, { type: 'start' | 'end' }>,
  ids: ReadonlyMap<number, string>,
  collector: AnswerCollector,
  turn: ModelTurn,
): readonly Unnumbered[] {
  if (event.type === 'stop') return [];
  const { index } = event;
  const place = { item_id: ids.get(index) ?? '', output_index: index, content_index: 0 };
  switch (event.type) {
    case 'text-delta':
      return [['response.output_text.delta', { ...place, delta: event.text, logprobs: [] }]];
    case 'reasoning-delta':
      return [['response.reasoning_text.delta', { ...place, delta: event.text }]];
    case 'tool-input-delta':
      return [['response.function_call_arguments.delta', { ...place, delta: event.json }]];
    case 'block-start':
    case 'block-stop': {
      const block = collector.blocks()[index];
      if (block === undefined) return [];
      const blockPlace = { ...place, item: toItem(block, index, turn) };
      return event.type === 'block-start'
        ? blockStartEvents(block, blockPlace)
        : blockStopEvents(block, blockPlace);
    }
    case 'signature':
    case 'citation':
    case 'server-tool':
      return [];
  }
}

interface BlockPlace {
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
  readonly item: object;
}

function blockStartEvents(
  block: AnswerBlock,
  { item, ...place }: BlockPlace,
): readonly Unnumbered[] {
  const empty = block.type === 'tool-use' ? { arguments: '' } : { content: [] };
  const added = {
    output_index: place.output_index,
    item: { ...item, status: 'in_progress', ...empty },
  };
  const itemAdded: Unnumbered = ['response.output_item.added', added];
  if (block.type === 'tool-use') return [itemAdded];
  return [itemAdded, ['response.content_part.added', { ...place, part: toPart(block.type, '') }]];
}

function blockStopEvents(
  block: AnswerBlock,
  { item, ...place }: BlockPlace,
): readonly Unnumbered[] {
  const itemDone: Unnumbered = [
    'response.output_item.done',
    { output_index: place.output_index, item },
  ];
  if (block.type === 'tool-use') {
    const { inputJson, name } = block;
    return [
      ['response.function_call_arguments.done', { ...place, arguments: inputJson, name }],
      itemDone,
    ];
  }
  const { text, type } = block;
  const textDone: Unnumbered =
    type === 'text'
      ? ['response.output_text.done', { ...place, text, logprobs: [] }]
      : ['response.reasoning_text.done', { ...place, text }];
  return [
    textDone,
    ['response.content_part.done', { ...place, part: toPart(type, text) }],
    itemDone,
  ];
}
