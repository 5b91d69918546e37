import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import type { ChatError, ErrorCode } from '#domain/errors.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { StopReason, TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { eventStreamHeaders, type TurnEncoding } from '#protocol/turn/turn-encoding.ts';
import { ssePing } from '#protocol/http/sse.ts';

export interface CompletionHead {
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function completionId(turnId: string): string {
  return `chatcmpl-${turnId}`;
}

function toolInput(index: number, json: string): object {
  return { tool_calls: [{ index, function: { arguments: json } }] };
}

function line(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

/** OpenAI's chat completion chunks, as server-sent events; the end comes when it is stored. */
export function createCompletionEncoding(
  createdMs: number,
  { includesUsage }: { readonly includesUsage: boolean },
): TurnEncoding {
  let head: CompletionHead = { id: '', model: '', created: Math.floor(createdMs / 1_000) };
  // Calls are numbered among themselves, and not among all blocks.
  const calls = new Map<number, number>();
  const chunk = (delta: object, finish: string | null = null): string => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
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
          const end = chunk({}, finishReasonOf(event.stopReason));
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

/** A whole chat completion. */
export function toCompletion(head: CompletionHead, answer: Answer): object {
  const message = toMessage(answer);
  const calls = message.content.flatMap((block) =>
    block.type === 'tool-use'
      ? [
          {
            id: block.toolUseId,
            type: 'function',
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
        finish_reason: finishReasonOf(answer.stopReason ?? 'end_turn'),
      },
    ],
    usage: toUsage(answer.usage),
  };
}

/** OpenAI counts what came from a cache among the tokens of the prompt. */
function toUsage(usage: Usage | undefined): object {
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

function finishReasonOf(stopReason: StopReason): string {
  switch (stopReason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool_calls';
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content_filter';
    case 'end_turn':
    case 'stop_sequence':
    case 'stopped':
    default:
      return 'stop';
  }
}

const types: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  throttled: 'rate_limit_error',
  quota_exceeded: 'insufficient_quota',
};

/** OpenAI's names of fields that our other doors call otherwise. */
const fields: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  stop_sequences: 'stop',
};

/** An error as OpenAI's clients read it; the field at fault is named apart where there is one. */
export function toOpenAiError({ code, message: told, retryable }: ChatError): object {
  const message = told.replace(/^inference\.(\w+)/u, (_, field: string) => fields[field] ?? field);
  const [, param = null] = code === 'invalid_request' ? (/^([\w.]+):/u.exec(message) ?? []) : [];
  const type = types[code] ?? (retryable ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param, code } };
}
