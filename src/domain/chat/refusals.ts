import type { PromptMessage } from '#domain/conversation/message.ts';
import { ChatError } from '#domain/errors.ts';
import { planSettings } from '#domain/chat/plan-settings.ts';
import type { ModelSettings, OfferedSettings } from '#domain/model-settings.ts';
import type { Model, ModelRequest } from '#domain/model/model.ts';

/** Returns what to say to the caller of a refused request; undefined if it is not their fault. */
export type ExplainRefusal = (refusal: string) => string | undefined;

/**
 * Passes events through. If the model refuses the request, throws `invalid_request` with the
 * explanation, or `internal` without a reason, which only the log gets: a caller is not blamed for
 * what the system wrote, and learns nothing about it.
 */
export async function* attributeRefusals<Event>(
  events: AsyncIterable<Event>,
  explain: ExplainRefusal,
): AsyncGenerator<Event, void, undefined> {
  try {
    yield* events;
  } catch (error) {
    throw error instanceof ChatError ? attributed(error, explain) : error;
  }
}

function attributed(error: ChatError, explain: ExplainRefusal): ChatError {
  const { refusal, cause, hasOutput } = error;
  if (refusal === undefined) return error;
  // Whoever wrote it, only the caller can send less.
  const message = explain(refusal) ?? (tooLong.test(refusal) ? requestRefused(refusal) : undefined);
  return message === undefined
    ? new ChatError('internal', 'The model cannot be used at the moment.', { cause, hasOutput })
    : new ChatError('invalid_request', message, { cause, hasOutput });
}

const tooLong = /too long|too many input tokens|context (?:window|length|limit)/iu;

/** Returns the explanation of a refusal that names no field. */
export function requestRefused(refusal: string): string {
  const explanation = 'The model does not accept this request';
  return refusal === '' ? `${explanation}.` : `${explanation}: ${refusal}`;
}

/** For requests of which the caller wrote only the text, which the system has checked. */
export const notTheCallers: ExplainRefusal = () => undefined;

/**
 * Returns a model whose refusals are the caller's fault if the caller wrote what is refused. This
 * decorator is the outermost, because the others add messages and tools of their own.
 */
export function withRefusals(model: Model, policy: RefusalPolicy): Model {
  return {
    stream: (request, signal) =>
      attributeRefusals(model.stream(request, signal), (refusal) =>
        isCallers(refusal, request, policy) ? requestRefused(refusal) : undefined,
      ),
  };
}

interface RefusalPolicy {
  /** The maximum length of an answer that is asked for if the request names none. */
  readonly maxOutputTokens: number;
  /** The settings of a request that has none of its own. */
  readonly settings: OfferedSettings;
}

/** A part of a request, as refusals name it. */
interface Part {
  readonly name: RegExp;
  isCallers(request: ModelRequest, policy: RefusalPolicy): boolean;
}

/** The settings, which are the caller's if there are any. The maximum length has a default. */
const settings: readonly Part[] = [
  {
    name: /max_?tokens|maximum tokens/iu,
    isCallers: ({ inference }, policy) => inference.maxTokens !== policy.maxOutputTokens,
  },
  { name: /temperature/iu, isCallers: ({ inference }) => inference.temperature !== undefined },
  { name: /top_?p\b/iu, isCallers: ({ inference }) => inference.topP !== undefined },
  {
    name: /stop_?sequence/iu,
    isCallers: ({ inference }) => inference.stopSequences !== undefined,
  },
  { name: /effort/iu, isCallers: hasOwn('effort') },
  { name: /thinking|reasoning/iu, isCallers: hasOwn('thinking') },
  { name: /service_?\s?tier/iu, isCallers: hasOwn('serviceTier') },
  { name: /tool/iu, isCallers: ({ tools }) => tools !== undefined },
  {
    name: /schema|output_?(?:config|format)/iu,
    isCallers: ({ outputSchema }) => outputSchema !== undefined,
  },
  { name: /metadata/iu, isCallers: ({ metadata }) => metadata !== undefined },
  { name: /system/iu, isCallers: ({ system }) => system !== undefined },
  {
    name: /image|document/iu,
    isCallers: (request) => request.messages.some(({ content }) => content.some(isFile)),
  },
];

/** Returns whether a setting is another one than the deployment's. */
function hasOwn(name: keyof ModelSettings): Part['isCallers'] {
  return (request, policy) =>
    request[name] !== undefined && request[name] !== planSettings({}, policy)[name];
}

/** The caller chose the files of earlier messages, too, and the model that is to read them. */
function isFile({ type }: PromptMessage['content'][number]): boolean {
  return type === 'file';
}

/** Earlier turns, passages and the steps of tools are messages that the system wrote. */
const messages: Part = {
  name: /messages?\b|content|image|document/iu,
  isCallers: ({ hasStoredMessages, knowledge, toolUse }) =>
    hasStoredMessages !== true && knowledge === undefined && toolUse === undefined,
};

/** A refusal that names no part may concern any setting, but no text. */
function isCallers(refusal: string, request: ModelRequest, policy: RefusalPolicy): boolean {
  const named = [...settings, messages].filter(({ name }) => name.test(refusal));
  const parts = named.length === 0 ? settings : named;
  return parts.some((part) => part.isCallers(request, policy));
}
