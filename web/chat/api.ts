import * as v from 'valibot';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
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
  if (!response.ok || response.body === null) {
    yield* beginningOf(response);
    throw await toError(response);
  }
  yield* decodeUiStream(chunksOf(response.body));
}

/** A turn whose model never began has begun all the same, in a conversation that exists now. */
function* beginningOf({ headers }: Response): Generator<TurnEvent, void, undefined> {
  const conversationId = headers.get('x-streambed-conversation-id');
  const turnId = headers.get('x-streambed-turn-id');
  if (conversationId === null || turnId === null) return;
  yield { type: 'turn-start', turnId, conversationId, modelId: '' };
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
    await reader.cancel();
  }
}

const problem = v.object({ code: v.string(), detail: v.string() });

async function toError(response: Response): Promise<ChatError> {
  const parsed = v.safeParse(problem, await response.json().catch(() => undefined));
  if (!parsed.success) return new ChatError('internal', `HTTP ${response.status}`);
  const { code, detail } = parsed.output;
  return new ChatError(toErrorCode(code), detail);
}

export type ConversationList = v.InferOutput<typeof conversationListJson>;
export type ConversationPage = v.InferOutput<typeof conversationPageJson>;

/** A page of conversations, the most recently used first. Throws a `ChatError`. */
export async function listConversations(cursor?: string): Promise<ConversationList> {
  const response = await fetch(`/api/conversations${queryOf(cursor)}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationListJson, await response.json());
}

/** A conversation with a page of its turns, the newest first asked for. Throws a `ChatError`. */
export async function readConversation(
  conversationId: string,
  cursor?: string,
): Promise<ConversationPage> {
  const response = await fetch(`${conversationPath(conversationId)}${queryOf(cursor)}`);
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

function queryOf(cursor: string | undefined): string {
  return cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
}
