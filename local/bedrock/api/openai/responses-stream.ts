import {
  incompleteReason,
  itemId,
  renderResponse,
  renderRunning,
  toItem,
  toPart,
  type ItemStatus,
  type RequestedResponse,
} from '#local/bedrock/api/openai/responses-render.ts';
import { streamErrorCode } from '#local/bedrock/api/openai/openai-error.ts';
import type { SseFormat, SseMessage } from '#local/bedrock/api/sse-writer.ts';
import type { AnswerEvent } from '#local/bedrock/turn/answer.ts';
import {
  createAnswerCollector,
  type AnswerBlock,
  type AnswerCollector,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** The type and members of an event, without its sequence number. */
type Unnumbered = readonly [type: string, members: object];

/**
 * Returns the format of a streamed response. Its events have sequence numbers. `onEnd` is called
 * with the whole answer before its last event.
 */
export function createResponseStream(
  requested: RequestedResponse,
  onEnd: (answer: WholeAnswer) => void,
): SseFormat {
  const running = renderRunning(requested);
  const toEvents = createEventRenderer(requested, running, onEnd);
  let sequence = -1;
  const withNumber = ([type, members]: Unnumbered): SseMessage => {
    sequence += 1;
    return { event: type, data: { type, sequence_number: sequence, ...members } };
  };
  return {
    unknownMessage: { event: 'response.something_new', data: { type: 'response.something_new' } },
    toError: (exception, message) => {
      // A response has few codes: anything but a limit is the server's error.
      const isLimited = streamErrorCode(exception) === 'rate_limit_exceeded';
      const code = isLimited ? 'rate_limit_exceeded' : 'server_error';
      const response = { ...running, status: 'failed', error: { code, message } };
      return withNumber(['response.failed', { response }]);
    },
    toMessages: (event) => toEvents(event).map(withNumber),
  };
}

function createEventRenderer(
  requested: RequestedResponse,
  running: object,
  onEnd: (answer: WholeAnswer) => void,
): (event: AnswerEvent) => readonly Unnumbered[] {
  const collector = createAnswerCollector();
  const items = createItemRenderer(requested, collector);
  return (event) => {
    collector.add(event);
    switch (event.type) {
      case 'start':
        return [
          ['response.created', { response: running }],
          ['response.in_progress', { response: running }],
        ];
      case 'block-start':
        return items.start(event.index);
      case 'block-stop':
        items.stop(event.index);
        return [];
      case 'server-tool':
        return [];
      case 'stop':
        return items.flush(incompleteReason(event.stopReason) === undefined);
      case 'end': {
        const whole = collector.whole();
        onEnd(whole);
        const isComplete = incompleteReason(whole.stopReason) === undefined;
        const type = isComplete ? 'response.completed' : 'response.incomplete';
        return [...items.flush(isComplete), [type, { response: renderResponse(whole, requested) }]];
      }
      case 'text-delta':
      case 'reasoning-delta':
      case 'tool-input-delta':
      case 'signature':
      case 'citation':
        return deltaEvents(event, items.place(event.index));
    }
  };
}

interface ItemRenderer {
  start(index: number): readonly Unnumbered[];
  /** Returns where the item of a block that has started is. */
  place(index: number): Place | undefined;
  stop(index: number): void;
  /** Returns the events of the item that stopped last, if they were not returned yet. */
  flush(isComplete: boolean): readonly Unnumbered[];
}

/**
 * Renders the items of a response. The end of an item is rendered only when the next event is
 * known, because the last item of an incomplete response is incomplete, too.
 */
function createItemRenderer(
  requested: RequestedResponse,
  collector: AnswerCollector,
): ItemRenderer {
  // By the index of the block. Blocks of server tools have indexes, too, but are not items.
  const places = new Map<number, Place>();
  let stopped: Place | undefined;
  const flush = (isComplete: boolean): readonly Unnumbered[] => {
    const block = stopped && collector.blocks()[stopped.output_index];
    if (stopped === undefined || block === undefined) return [];
    const ended = itemEnd(block, stopped, isComplete ? 'completed' : 'incomplete');
    stopped = undefined;
    return ended;
  };
  return {
    start(index) {
      const ended = flush(true);
      const output_index = places.size;
      const block = collector.blocks()[output_index];
      if (block === undefined) return ended;
      const place = { item_id: itemId(requested, block.type, output_index), output_index };
      places.set(index, place);
      return [...ended, ...itemStart(block, place)];
    },
    place: (index) => places.get(index),
    stop(index) {
      stopped = places.get(index);
    },
    flush,
  };
}

interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

type Delta = Extract<
  AnswerEvent,
  { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta' | 'signature' | 'citation' }
>;

function deltaEvents(event: Delta, place: Place | undefined): readonly Unnumbered[] {
  switch (event.type) {
    case 'text-delta': {
      const members = { ...place, content_index: 0, delta: event.text, logprobs: [] };
      return [['response.output_text.delta', members]];
    }
    case 'reasoning-delta': {
      const members = { ...place, content_index: 0, delta: event.text };
      return [['response.reasoning_text.delta', members]];
    }
    case 'tool-input-delta':
      return [['response.function_call_arguments.delta', { ...place, delta: event.json }]];
    case 'signature':
    case 'citation':
      return [];
  }
}

function itemStart(block: AnswerBlock, place: Place): readonly Unnumbered[] {
  const { item_id, output_index } = place;
  const empty = block.type === 'tool-use' ? { arguments: '' } : { content: [] };
  const item = { ...toItem(block, item_id, 'in_progress'), ...empty };
  const added: Unnumbered = ['response.output_item.added', { output_index, item }];
  if (block.type === 'tool-use') return [added];
  const part = { ...place, content_index: 0, part: toPart(block.type, '') };
  return [added, ['response.content_part.added', part]];
}

function itemEnd(block: AnswerBlock, place: Place, status: ItemStatus): readonly Unnumbered[] {
  const { item_id, output_index } = place;
  const item = toItem(block, item_id, status);
  const done: Unnumbered = ['response.output_item.done', { output_index, item }];
  if (block.type === 'tool-use') {
    const { inputJson, name } = block;
    const members = { ...place, arguments: inputJson, name };
    return [['response.function_call_arguments.done', members], done];
  }
  const { text, type } = block;
  const within = { ...place, content_index: 0 };
  const textDone: Unnumbered =
    type === 'text'
      ? ['response.output_text.done', { ...within, text, logprobs: [] }]
      : ['response.reasoning_text.done', { ...within, text }];
  return [textDone, ['response.content_part.done', { ...within, part: toPart(type, text) }], done];
}
