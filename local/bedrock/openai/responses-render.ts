import type { AnswerEvent } from '#local/bedrock/answer.ts';
import { idFrom } from '#local/bedrock/simulated/random.ts';
import type { Said } from '#local/bedrock/sse-writer.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn.ts';
import {
  createAnswerFold,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/whole-answer.ts';

/** As in chat completions: a fixed time, so that the same request has the same bytes. */
const createdAt = Date.UTC(2026, 0, 1) / 1_000;

/** A whole response. */
export function renderResponse(answer: WholeAnswer, turn: ModelTurn, model: string): object {
  const isCut = answer.stopReason === 'max_tokens';
  const { inputTokens, outputTokens, cacheReadTokens } = answer.usage;
  const reasoning = answer.blocks.filter(({ type }) => type === 'reasoning');
  return {
    ...responseBase(turn, model),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: answer.blocks.map((block, index) => toItem(block, index, turn)),
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cacheReadTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: reasoning.length === 0 ? 0 : outputTokens },
      total_tokens: inputTokens + outputTokens,
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
  const id = `${block.type === 'tool-use' ? 'fc' : 'msg'}_${seedOf(turn)}${index}`;
  switch (block.type) {
    case 'text': {
      const content = [{ type: 'output_text', text: block.text, annotations: [] }];
      return { id, type: 'message', role: 'assistant', status: 'completed', content };
    }
    case 'reasoning':
      return {
        id,
        type: 'reasoning',
        summary: [],
        content: [{ type: 'reasoning_text', text: block.text }],
      };
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      return {
        id,
        type: 'function_call',
        status: 'completed',
        call_id: `call_${toolUseId}`,
        name,
        arguments: inputJson,
      };
    }
  }
}

interface ResponseStream {
  say(event: AnswerEvent): readonly Said[];
  fail(code: string, message: string): Said;
}

/** An event's type and members, before it has its number. */
type Unnumbered = readonly [type: string, members: object];

/** The events of a streamed response, each with its number. */
export function createResponseStream(turn: ModelTurn, model: string): ResponseStream {
  const fold = createAnswerFold();
  let sequence = -1;
  const numbered = ([type, members]: Unnumbered): Said => {
    sequence += 1;
    return { event: type, data: { type, sequence_number: sequence, ...members } };
  };
  const running = { ...responseBase(turn, model), status: 'in_progress', output: [], usage: null };
  return {
    fail: (code, message) =>
      numbered([
        'response.failed',
        { response: { ...running, status: 'failed', error: { code, message } } },
      ]),
    say(event) {
      fold.add(event);
      if (event.type === 'start') {
        const begun = ['response.created', 'response.in_progress'];
        return begun.map((type) => numbered([type, { response: running }]));
      }
      if (event.type !== 'end') return blockEvents(event, fold.blocks(), turn).map(numbered);
      const whole = fold.whole();
      const isCut = whole.stopReason === 'max_tokens';
      const type = isCut ? 'response.incomplete' : 'response.completed';
      return [numbered([type, { response: renderResponse(whole, turn, model) }])];
    },
  };
}

function blockEvents(
  event: Exclude<AnswerEvent, { type: 'start' | 'end' }>,
  blocks: readonly AnswerBlock[],
  turn: ModelTurn,
): readonly Unnumbered[] {
  switch (event.type) {
    case 'block-start': {
      const block = blocks[event.index];
      if (block === undefined) return [];
      const item = { ...toItem(block, event.index, turn), status: 'in_progress', content: [] };
      return [['response.output_item.added', { output_index: event.index, item }]];
    }
    case 'text-delta': {
      const members = { ...placeOf(event.index, turn), delta: event.text, logprobs: [] };
      return [['response.output_text.delta', members]];
    }
    case 'reasoning-delta': {
      const members = { ...placeOf(event.index, turn), delta: event.text };
      return [['response.reasoning_text.delta', members]];
    }
    case 'tool-input-delta': {
      const members = { ...placeOf(event.index, turn), delta: event.json };
      return [['response.function_call_arguments.delta', members]];
    }
    case 'block-stop': {
      const block = blocks[event.index];
      return block === undefined ? [] : blockDone(block, event.index, turn);
    }
    case 'signature':
    case 'citation':
    case 'stop':
      return [];
  }
}

function blockDone(block: AnswerBlock, index: number, turn: ModelTurn): readonly Unnumbered[] {
  const place = placeOf(index, turn);
  const done = [
    'response.output_item.done',
    { ...place, item: toItem(block, index, turn) },
  ] as const;
  switch (block.type) {
    case 'text':
      return [['response.output_text.done', { ...place, text: block.text, logprobs: [] }], done];
    case 'reasoning':
      return [['response.reasoning_text.done', { ...place, text: block.text }], done];
    case 'tool-use': {
      const { inputJson, name } = block;
      return [
        ['response.function_call_arguments.done', { ...place, arguments: inputJson, name }],
        done,
      ];
    }
  }
}

function placeOf(index: number, turn: ModelTurn): object {
  return { item_id: `msg_${seedOf(turn)}${index}`, output_index: index, content_index: 0 };
}
