import type { AnswerEvent, StopReason, Usage } from '#local/bedrock/turn/answer.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { lastUserText, type ModelTurn } from '#local/bedrock/turn/turn.ts';
import { answerText, reasoningText, type WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/**
 * The creation time of all completions. It is fixed because it is the only member that would differ
 * between runs, and clients do not use it.
 */
const created = Date.UTC(2026, 0, 1) / 1_000;

/** Returns a complete chat completion. */
export function renderCompletion(answer: WholeAnswer, turn: ModelTurn, model: string): object {
  const reasoning = reasoningText(answer);
  const text = answerText(answer);
  const content = `${reasoning === '' ? '' : `<reasoning>${reasoning}</reasoning>`}${text}`;
  const calls = answer.blocks.flatMap((block) => (block.type === 'tool-use' ? [block] : []));
  return {
    id: completionId(turn),
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' ? null : content,
          refusal: null,
          ...(calls.length === 0
            ? {}
            : {
                tool_calls: calls.map((block) => toCall(block, block.inputJson)),
              }),
        },
        logprobs: null,
        finish_reason: toFinishReason(answer.stopReason),
      },
    ],
    usage: toChatUsage(answer.usage),
    service_tier: 'default',
    system_fingerprint: null,
  };
}

/**
 * Returns a function that renders events as chunks. `includeUsage` adds a last chunk with usage.
 */
export function createCompletionStream(
  turn: ModelTurn,
  model: string,
  includeUsage: boolean,
): (event: AnswerEvent) => readonly object[] {
  const base = { id: completionId(turn), object: 'chat.completion.chunk', created, model };
  const rest = { service_tier: 'auto', system_fingerprint: null };
  const chunk = (delta: object, finish_reason: string | null = null): object => {
    return { ...base, choices: [{ index: 0, delta, finish_reason }], ...rest };
  };
  const toDelta = createDeltas();
  return (event) => {
    const delta = toDelta(event);
    if (delta !== undefined) return [chunk(delta)];
    if (event.type === 'stop') return [chunk({}, toFinishReason(event.stopReason))];
    if (event.type !== 'end' || !includeUsage) return [];
    return [{ ...base, choices: [], usage: toChatUsage(event.usage), ...rest }];
  };
}

/** Creates a function that returns what an event adds to the message, if it adds anything. */
function createDeltas(): (event: AnswerEvent) => object | undefined {
  const calls = new Map<number, number>();
  let reasoningIndex: number | undefined;
  return (event) => {
    switch (event.type) {
      case 'start':
        return { role: 'assistant', content: '' };
      case 'block-start': {
        if (event.block.type === 'text') return undefined;
        if (event.block.type === 'reasoning') {
          reasoningIndex = event.index;
          return { content: '<reasoning>' };
        }
        const index = calls.size;
        calls.set(event.index, index);
        return { tool_calls: [{ index, ...toCall(event.block, '') }] };
      }
      case 'text-delta':
      case 'reasoning-delta':
        return { content: event.text };
      case 'tool-input-delta': {
        const call = { index: calls.get(event.index) ?? 0, function: { arguments: event.json } };
        return { tool_calls: [call] };
      }
      case 'block-stop':
        return event.index === reasoningIndex ? { content: '</reasoning>' } : undefined;
      case 'signature':
      case 'citation':
      case 'server-tool':
      case 'stop':
      case 'end':
        return undefined;
    }
  };
}

function toCall(
  { name, toolUseId }: { readonly name: string; readonly toolUseId: string },
  json: string,
): object {
  return { id: toCallId(toolUseId), type: 'function', function: { name, arguments: json } };
}

function completionId(turn: ModelTurn): string {
  return `chatcmpl-${idFrom(`${turn.model.id} ${lastUserText(turn)}`, 29)}`;
}

/** Adds OpenAI's prefix `call_` to simulated ids. Ids of scenarios and upstreams stay as is. */
export function toCallId(id: string): string {
  return /^[a-zA-Z0-9]{22}$/u.test(id) ? `call_${id}` : id;
}

/** Returns OpenAI's name of a stop reason. */
export function toFinishReason(reason: StopReason): string {
  if (reason === 'tool_use') return 'tool_calls';
  if (reason === 'content_filtered' || reason === 'guardrail_intervened') return 'content_filter';
  const isCut = reason === 'max_tokens' || reason === 'model_context_window_exceeded';
  return isCut ? 'length' : 'stop';
}

/** Converts usage to OpenAI's format. Cached tokens are part of the prompt tokens. */
export function toChatUsage(usage: Usage): object {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const prompt_tokens = inputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    prompt_tokens,
    completion_tokens: outputTokens,
    total_tokens: prompt_tokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cacheReadTokens },
  };
}
