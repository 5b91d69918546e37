import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { encodeCursor, type Cursor } from '#protocol/turn/cursor.ts';
import { connectionLost } from '#protocol/http/problem.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { conversationPath, toError } from '../api.ts';

/** What is asked: something new, something after another turn than the last, or of one before. */
export type Asked =
  | { readonly type: 'message'; readonly message: string; readonly parentId?: string | null }
  | { readonly type: 'regenerate'; readonly turnId: string }
  | { readonly type: 'continue'; readonly turnId: string };

export interface Question {
  readonly asked: Asked;
  /** The same for the same question, however often it is sent: it is answered, and paid for, once. */
  readonly key: string;
  readonly conversationId: string | undefined;
  readonly signal: AbortSignal;
}

/** Asks a question. Yields the turn's events; throws a `ChatError` where there is no answer. */
export async function* ask(question: Question): AsyncGenerator<TurnEvent, void, undefined> {
  const { asked, key, conversationId, signal } = question;
  const response = await fetch('/api/chat', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'idempotency-key': key,
    },
    body: JSON.stringify({ ...bodyOf(asked), conversation_id: conversationId, format: 'ui' }),
    signal,
  });
  if (!response.ok) {
    yield* beginningOf(response);
    throw await toError(response);
  }
  yield* decodeUiStream(chunksOf(response));
}

function bodyOf(asked: Asked): object {
  switch (asked.type) {
    case 'message':
      return { message: asked.message, parent_turn_id: asked.parentId };
    case 'regenerate':
      return { regenerate_turn_id: asked.turnId };
    case 'continue':
      return { continue_turn_id: asked.turnId };
  }
}

/** A turn whose model never began has begun all the same, in a conversation that exists now. */
function* beginningOf({ headers }: Response): Generator<TurnEvent, void, undefined> {
  const conversationId = headers.get('x-streambed-conversation-id');
  const turnId = headers.get('x-streambed-turn-id');
  if (conversationId === null || turnId === null) return;
  yield { type: 'turn-start', turnId, conversationId, modelId: '' };
}

/**
 * Reads on in the last turn of a conversation, from where the reader has come to. Throws a
 * `ChatError` where there is nothing to read.
 */
export async function* follow(
  conversationId: string,
  after: Cursor,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent, void, undefined> {
  const query = `?after=${encodeURIComponent(encodeCursor(after))}`;
  const response = await fetch(`${conversationPath(conversationId)}/stream${query}`, {
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if (!response.ok) throw await toError(response);
  yield* decodeUiStream(chunksOf(response));
}

/** Asks for a turn to be stopped; it ends as soon as whoever runs it hears of it. */
export async function stopTurn(conversationId: string, turnId: string): Promise<void> {
  const response = await fetch(`${conversationPath(conversationId)}/stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ turn_id: turnId }),
  });
  if (!response.ok) throw await toError(response);
}

/** Something is sent every 12 s at least: a connection that is silent for longer is none. */
const silenceMs = 30_000;

/** Not every browser can iterate over a stream, and none notices a connection that is dead. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

async function withinSilence<Result>(reading: Promise<Result>): Promise<Result> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(connectionLost()), silenceMs);
  try {
    return await Promise.race([reading, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
