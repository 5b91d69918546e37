import { toCallId } from '#local/bedrock/api/openai/chat-render.ts';
import type {
  ChatMessages,
  ResponsesRequest,
} from '#local/bedrock/api/openai/responses-request.ts';
import { countTokens } from '#local/bedrock/model/tokens.ts';
import type { StopReason } from '#local/bedrock/turn/answer.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import {
  reasoningText,
  type AnswerBlock,
  type WholeAnswer,
} from '#local/bedrock/turn/whole-answer.ts';

/** A fixed time, as in chat completions, so that the same request always gets the same bytes. */
const createdAt = Date.UTC(2026, 0, 1) / 1_000;

/** A request for a response, and the id that the response has. */
export interface RequestedResponse {
  readonly id: string;
  readonly request: ResponsesRequest;
}

/** Returns a request with the id of its response. The same request always has the same id. */
export function withResponseId(request: ResponsesRequest): RequestedResponse {
  const id = idFrom(`response ${JSON.stringify({ ...request, stream: undefined })}`, 48);
  return { id: `resp_${id}`, request };
}

/** Returns a complete response. */
export function renderResponse(answer: WholeAnswer, requested: RequestedResponse): object {
  const reason = incompleteReason(answer.stopReason);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = answer.usage;
  const allInput = inputTokens + cacheReadTokens + cacheWriteTokens;
  const status = reason === undefined ? 'completed' : 'incomplete';
  const last = answer.blocks.length - 1;
  return {
    ...responseBase(requested),
    status,
    completed_at: reason === undefined ? createdAt : null,
    incomplete_details: reason === undefined ? null : { reason },
    output: answer.blocks.map((block, index) =>
      toItem(block, itemId(requested, block.type, index), index === last ? status : 'completed'),
    ),
    usage: {
      input_tokens: allInput,
      input_tokens_details: { cached_tokens: cacheReadTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: countTokens(reasoningText(answer)) },
      total_tokens: allInput + outputTokens,
    },
  };
}

/** Returns a response that has begun. */
export function renderRunning(requested: RequestedResponse): object {
  return { ...responseBase(requested), status: 'in_progress', output: [], usage: null };
}

/** Returns why an answer is incomplete, or undefined if it is complete. */
export function incompleteReason(reason: StopReason): string | undefined {
  if (reason === 'content_filtered' || reason === 'guardrail_intervened') return 'content_filter';
  const isCut = reason === 'max_tokens' || reason === 'model_context_window_exceeded';
  return isCut ? 'max_output_tokens' : undefined;
}

/** Everything that a response repeats of its request, with the defaults of the API. */
function responseBase({ id, request }: RequestedResponse): object {
  const { reasoning, text, tool_choice: choice, tools = [] } = request;
  const format = text?.format ?? { type: 'text' as const, value: {} };
  return {
    id,
    object: 'response',
    created_at: createdAt,
    completed_at: null,
    model: request.model,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: { type: format.type, ...format.value } },
    tool_choice: choice ?? 'auto',
    tools: tools.map((tool) => ({
      type: tool.type,
      name: tool.name,
      description: tool.description ?? null,
      parameters: tool.parameters ?? null,
      strict: tool.strict ?? true,
    })),
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    user: request.user ?? null,
  };
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** Returns the item of a block. Reasoning has no status. */
export function toItem(block: AnswerBlock, id: string, status: ItemStatus): object {
  switch (block.type) {
    case 'text': {
      const content = [toPart(block.type, block.text)];
      return { id, type: 'message', role: 'assistant', status, content };
    }
    case 'reasoning':
      return { id, type: 'reasoning', summary: [], content: [toPart(block.type, block.text)] };
    case 'tool-use': {
      const { inputJson, name, toolUseId } = block;
      const call = { call_id: toCallId(toolUseId), name, arguments: inputJson };
      return { id, type: 'function_call', status, ...call };
    }
  }
}

/** Returns the id of an item of a response. */
export function itemId(
  { id }: Pick<RequestedResponse, 'id'>,
  type: AnswerBlock['type'],
  index: number,
): string {
  const kind = { text: 'msg', reasoning: 'rs', 'tool-use': 'fc' }[type];
  return id.replace('resp', kind) + String(index);
}

/** Returns the part of an item that has its text. */
export function toPart(type: 'text' | 'reasoning', text: string): object {
  return type === 'text'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'reasoning_text', text };
}

/** Returns a block as the messages that continue the conversation. Reasoning is left out. */
export function toConversation(block: AnswerBlock): ChatMessages {
  if (block.type === 'text') return [{ type: 'assistant', value: { content: block.text } }];
  if (block.type === 'reasoning') return [];
  const { inputJson, name, toolUseId } = block;
  const call = { name, arguments: inputJson };
  const calls = [{ id: toCallId(toolUseId), type: 'function' as const, function: call }];
  return [{ type: 'assistant', value: { tool_calls: calls } }];
}
