import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { encodeCursor, type Cursor } from '#protocol/turn/cursor.ts';
import { connectionLost } from '#protocol/http/problem.ts';
import { decodeUiStream, type CallPlaces } from '#protocol/turn/decode-ui-stream.ts';
import type { Decision } from '#domain/model/tools.ts';
import type { Choices } from '../choices/choices.ts';
import { takeFault } from '../../faults/armed-fault.ts';
import { conversationPath, toError } from '../api.ts';
import { callApi } from '../call-api.ts';

/** What a turn is asked for, in the public JSON: the fields that the conversation's choices fill. */
export type TurnOptions = Choices;

/** What begins a turn. It is sent again unchanged if its first sending was lost. */
export type TurnRequest = TurnQuestion & { readonly options: TurnOptions };

export type TurnQuestion =
  | {
      readonly type: 'message';
      readonly message: string;
      /** The turn that the message follows, unless it follows the newest one. */
      readonly parentId?: string | null;
      /** The ids of the files that go with it. */
      readonly attachments?: readonly string[];
    }
  | { readonly type: 'regenerate'; readonly turnId: string }
  | { readonly type: 'continue'; readonly turnId: string }
  | {
      readonly type: 'approve';
      readonly turnId: string;
      readonly decisions: readonly Decision[];
    };

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
  places: CallPlaces,
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
      ...request.options,
      ...bodyOf(request),
      conversation_id: conversationId,
      format: 'ui',
      // An agent takes no metadata.
      ...(request.options.agent === undefined && { metadata: takeFault(key) }),
    }),
    signal,
  });
  if (!response.ok) {
    yield* startEventOf(response);
    throw await toError(response);
  }
  yield* decodeUiStream(readChunks(response), places);
}

function bodyOf(question: TurnQuestion): object {
  switch (question.type) {
    case 'message': {
      const { message, parentId, attachments } = question;
      return { message, parent_turn_id: parentId, attachments };
    }
    case 'regenerate':
      return { regenerate_turn_id: question.turnId };
    case 'continue':
      return { continue_turn_id: question.turnId };
    case 'approve':
      return {
        approve_turn_id: question.turnId,
        approvals: question.decisions.map(({ toolUseId, isApproved }) => {
          return { tool_use_id: toolUseId, approved: isApproved };
        }),
      };
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
  places: CallPlaces,
): AsyncGenerator<TurnEvent, void, undefined> {
  const query = `?after=${encodeURIComponent(encodeCursor(after))}`;
  const response = await callApi(`${conversationPath(conversationId)}/stream${query}`, {
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if (!response.ok) throw await toError(response);
  yield* decodeUiStream(readChunks(response), places);
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

/** Stores what the reader thinks of an answer, or that they think nothing. Throws a `ChatError`. */
export async function storeRating(
  conversationId: string,
  turnId: string,
  rating: 'good' | 'bad' | undefined,
): Promise<void> {
  const path = `${conversationPath(conversationId)}/turns/${encodeURIComponent(turnId)}/feedback`;
  const request =
    rating === undefined
      ? { method: 'DELETE' }
      : {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ rating }),
        };
  const response = await callApi(path, request);
  if (!response.ok) throw await toError(response);
}

/** The server sends something at least every 12 s. After this long, the connection is dead. */
const silenceTimeoutMs = 30_000;

/** How often the page looks whether the connection is dead: a timer for each chunk would cost more. */
const lookEveryMs = 1_000;

/** A loop of our own: not every browser can iterate a stream, and none detects a dead connection. */
async function* readChunks({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  let isDead = false;
  let heardMs = performance.now();
  const look = setInterval(() => {
    if (performance.now() - heardMs < silenceTimeoutMs) return;
    isDead = true;
    // Ends the read that waits.
    void reader.cancel();
  }, lookEveryMs);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isDead) throw connectionLost();
      if (done) return;
      heardMs = performance.now();
      yield value;
    }
  } finally {
    clearInterval(look);
    await reader.cancel();
  }
}
