import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { encodeCursor, type Cursor } from '#protocol/turn/cursor.ts';
import { connectionLost } from '#protocol/http/problem.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { takeFault } from '../../faults/armed-fault.ts';
import { conversationPath, toError } from '../api.ts';
import { callApi } from '../call-api.ts';

/** A new message, another answer to a question, or the rest of an answer. */
export type TurnRequest =
  | {
      readonly type: 'message';
      readonly message: string;
      /** The turn that the message follows, unless it follows the newest one. */
      readonly parentId?: string | null;
    }
  | { readonly type: 'regenerate'; readonly turnId: string }
  | { readonly type: 'continue'; readonly turnId: string };

export interface StartTurnOptions {
  readonly request: TurnRequest;
  /** Idempotency key: however often a request is sent with it, it is answered and paid for once. */
  readonly key: string;
  readonly conversationId: string | undefined;
  readonly signal: AbortSignal;
}

/** Starts a turn and yields its events. Throws a `ChatError` if the server refuses. */
export async function* startTurn(
  options: StartTurnOptions,
): AsyncGenerator<TurnEvent, void, undefined> {
  const { request, key, conversationId, signal } = options;
  const response = await callApi('/chat/stream', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'idempotency-key': key,
    },
    body: JSON.stringify({
      ...bodyOf(request),
      conversation_id: conversationId,
      format: 'ui',
      metadata: takeFault(key),
    }),
    signal,
  });
  if (!response.ok) {
    yield* startEventOf(response);
    throw await toError(response);
  }
  yield* decodeUiStream(readChunks(response));
}

function bodyOf(request: TurnRequest): object {
  switch (request.type) {
    case 'message':
      return { message: request.message, parent_turn_id: request.parentId };
    case 'regenerate':
      return { regenerate_turn_id: request.turnId };
    case 'continue':
      return { continue_turn_id: request.turnId };
  }
}

/**
 * Yields the start of a turn whose model failed before its answer began. The turn and perhaps a new
 * conversation exist even so, and the response's headers have their ids.
 */
function* startEventOf({ headers }: Response): Generator<TurnEvent, void, undefined> {
  const conversationId = headers.get('x-streambed-conversation-id');
  const turnId = headers.get('x-streambed-turn-id');
  if (conversationId === null || turnId === null) return;
  yield { type: 'turn-start', turnId, conversationId, modelId: '' };
}

/**
 * Yields the events of a conversation's live turn that come after a position. Throws a `ChatError`
 * if there is nothing to read.
 */
export async function* followTurn(
  conversationId: string,
  after: Cursor,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent, void, undefined> {
  const query = `?after=${encodeURIComponent(encodeCursor(after))}`;
  const response = await callApi(`${conversationPath(conversationId)}/stream${query}`, {
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if (!response.ok) throw await toError(response);
  yield* decodeUiStream(readChunks(response));
}

/**
 * Requests that a turn be stopped. It ends when the function that runs it sees the request. Throws
 * a `ChatError` if the server refuses.
 */
export async function stopTurn(conversationId: string, turnId: string): Promise<void> {
  const response = await callApi(`${conversationPath(conversationId)}/stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ turn_id: turnId }),
  });
  if (!response.ok) throw await toError(response);
}

/** The server sends something at least every 12 s. After this long, the connection is dead. */
const silenceTimeoutMs = 30_000;

/** A loop of our own: not every browser can iterate a stream, and none detects a dead connection. */
async function* readChunks({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await withSilenceTimeout(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

async function withSilenceTimeout<Result>(read: Promise<Result>): Promise<Result> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(connectionLost()), silenceTimeoutMs);
  try {
    return await Promise.race([read, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
