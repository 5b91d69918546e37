import * as v from 'valibot';
import { ChatError } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
import { isErrorCode } from '#protocol/problem.ts';
import { conversationListJson, conversationPageJson } from '#protocol/turn-json.ts';
import { decodeUiStream } from '#protocol/ui-message-stream.ts';

export interface Question {
  readonly message: string;
  readonly conversationId: string | undefined;
  readonly signal: AbortSignal;
}

/** Asks a question. Yields the turn's events; throws a `ChatError` where there is no answer. */
export async function* ask(question: Question): AsyncGenerator<TurnEvent, void, undefined> {
  const { message, conversationId, signal } = question;
  const response = await fetch('/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ message, conversation_id: conversationId, format: 'ui' }),
    signal,
  });
  if (!response.ok || response.body === null) throw await toError(response);
  yield* decodeUiStream(chunksOf(response.body));
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

const problem = v.object({
  code: v.string(),
  detail: v.string(),
  turn_id: v.optional(v.string()),
});

async function toError(response: Response): Promise<ChatError> {
  const parsed = v.safeParse(problem, await response.json().catch(() => undefined));
  if (!parsed.success) return new ChatError('internal', `HTTP ${response.status}`);
  const { code, detail } = parsed.output;
  return new ChatError(isErrorCode(code) ? code : 'internal', detail);
}

/** The newest conversations. Throws a `ChatError`. */
export async function listConversations(): Promise<
  v.InferOutput<typeof conversationListJson>['conversations']
> {
  const response = await fetch('/api/conversations');
  if (!response.ok) throw await toError(response);
  return v.parse(conversationListJson, await response.json()).conversations;
}

/** A conversation with its newest turns. Throws a `ChatError`. */
export async function readConversation(
  conversationId: string,
): Promise<v.InferOutput<typeof conversationPageJson>> {
  const response = await fetch(conversationPath(conversationId));
  if (!response.ok) throw await toError(response);
  return v.parse(conversationPageJson, await response.json());
}

/** Removes a conversation for good. Throws a `ChatError`. */
export async function removeConversation(conversationId: string): Promise<void> {
  const response = await fetch(conversationPath(conversationId), { method: 'DELETE' });
  if (!response.ok) throw await toError(response);
}

function conversationPath(conversationId: string): string {
  return `/api/conversations/${encodeURIComponent(conversationId)}`;
}
