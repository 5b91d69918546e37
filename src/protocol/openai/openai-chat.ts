import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import type { ChatError, ErrorCode } from '#domain/errors.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { StopReason, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import type { CompletionJson } from '#protocol/openai/openai-schema.ts';
import { ssePing } from '#protocol/http/sse.ts';

export interface CompletionHead {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Returns the id of a turn's chat completion. */
export function completionId(turnId: string): string {
  return `chatcmpl-${turnId}`;
}

function toolInput(index: number, json: string): object {
  return { tool_calls: [{ index, function: { arguments: json } }] };
}

function line(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

/** Returns the encoding of a turn as OpenAI's chunks, in server-sent events. */
export function createCompletionEncoding(
  createdMs: number,
  { includesUsage }: { readonly includesUsage: boolean },
): TurnEncoding {
  let head: CompletionHead = { id: '', model: '', created: Math.floor(createdMs / 1_000) };
  // Tool calls have their own numbers, independent of other blocks.
  const calls = new Map<number, number>();
  const chunk = (delta: object, finish: object = { finish_reason: null }): string => {
    const choices = [{ index: 0, delta, ...finish }];
    return line({ ...head, object: 'chat.completion.chunk', choices });
  };
  return {
    contentType: 'text/event-stream',
    headers: eventStreamHeaders,
    ping: ssePing,
    encode(event: TurnEvent) {
      switch (event.type) {
        case 'turn-start':
          head = { ...head, id: completionId(event.turnId), model: event.modelId };
          return '';
        case 'message-start':
          head = { ...head, model: event.modelId ?? head.model };
          return chunk({ role: 'assistant', content: '' });
        case 'text-delta':
          return chunk({ content: event.text });
        case 'block-start': {
          const { toolUseId: id, name } = event;
          const index = calls.size;
          calls.set(event.index, index);
          const called = { name, arguments: '' };
          return chunk({ tool_calls: [{ index, id, type: 'function', function: called }] });
        }
        case 'tool-input-delta':
          return chunk(toolInput(calls.get(event.index) ?? 0, event.json));
        case 'turn-stop': {
          const end = chunk({}, finishOf(event.stopReason));
          return `${end}${includesUsage ? usageLine(head, event.usage) : ''}data: [DONE]\n\n`;
        }
        case 'error':
          return line(toOpenAiError(event.error));
        case 'reasoning-delta':
        case 'block-stop':
        case 'block':
        case 'message-stop':
        case 'usage':
          return '';
      }
    },
  };
}

function usageLine(head: CompletionHead, usage: Usage | undefined): string {
  return line({ ...head, object: 'chat.completion.chunk', choices: [], usage: toUsage(usage) });
}

/** Returns a whole chat completion in OpenAI's format. */
export function toCompletion(head: CompletionHead, answer: Answer): CompletionJson {
  const message = toMessage(answer);
  const calls = message.content.flatMap((block) =>
    block.type === 'tool-use'
      ? [
          {
            id: block.toolUseId,
            type: 'function' as const,
            function: { name: block.name, arguments: block.inputJson },
          },
        ]
      : [],
  );
  const text = messageText(message);
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        ...finishOf(answer.stopReason ?? 'end_turn'),
      },
    ],
    usage: toUsage(answer.usage),
  };
}

/** OpenAI counts cached tokens among those of the prompt. */
function toUsage(usage: Usage | undefined): CompletionJson['usage'] {
  const {
    inputTokens = 0,
    outputTokens = 0,
    totalTokens = 0,
    cacheReadInputTokens = 0,
    cacheWriteInputTokens = 0,
  } = usage ?? {};
  return {
    prompt_tokens: inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    completion_tokens: outputTokens,
    total_tokens: totalTokens,
    prompt_tokens_details: { cached_tokens: cacheReadInputTokens },
  };
}

type Choice = CompletionJson['choices'][number];

/** OpenAI has few finish reasons. Where several stop reasons share one, the choice also has its own. */
function finishOf(stopReason: StopReason): Pick<Choice, 'finish_reason' | 'stop_reason'> {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return { finish_reason: 'stop' };
    case 'max_tokens':
      return { finish_reason: 'length' };
    case 'tool_use':
      return { finish_reason: 'tool_calls' };
    case 'model_context_window_exceeded':
    // The rest could not be read, so the answer is shorter than the model's.
    case 'malformed_model_output':
    case 'malformed_tool_use':
      return { finish_reason: 'length', stop_reason: stopReason };
    case 'guardrail_intervened':
    case 'content_filtered':
      return { finish_reason: 'content_filter', stop_reason: stopReason };
    case 'stopped':
    default:
      return { finish_reason: 'stop', stop_reason: stopReason };
  }
}

const types: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  throttled: 'rate_limit_error',
  quota_exceeded: 'insufficient_quota',
};

/** OpenAI's names of fields that have other names in Streambed's own API. */
const fields: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  stop_sequences: 'stop',
  effort: 'reasoning_effort',
};

/** Returns an error in OpenAI's format; `param` names the invalid field, if there is one. */
export function toOpenAiError({ code, message: text, retryable }: ChatError): object {
  const message = text.replace(
    /^(?:inference\.(\w+)|(effort)(?=:))/u,
    (_, inference: string | undefined, own = '') => fields[inference ?? own] ?? inference ?? own,
  );
  const [, param = null] = code === 'invalid_request' ? (/^([\w.]+):/u.exec(message) ?? []) : [];
  const type = types[code] ?? (retryable ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param, code } };
}
