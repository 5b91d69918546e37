import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { LiveTurn, Turn } from '#domain/conversation/turn.ts';
import { ChatError } from '#domain/errors.ts';
import { ownerOf } from '#domain/identity.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { findTurn } from '#domain/turn/history.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { jsonResponse } from '#api/http/json-response.ts';
import { createRouter } from '#api/http/router.ts';
import { acceptedFormat, toTurnResponse } from '#api/turn/turn-response.ts';
import { parseConversationId } from '#protocol/conversation/conversation-request.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { decodeCursor, type Cursor } from '#protocol/turn/cursor.ts';
import { parseStreamFormat } from '#protocol/turn/follow-request.ts';

interface FollowContext {
  readonly ports: StoragePorts;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

const route = createRouter<RoutesOf<'conversation-stream'>, FollowContext, HttpResponse>({
  'GET /conversations/{conversation_id}/stream': (context, { conversation_id: id }) =>
    follow(context, parseConversationId(id)),
});

/**
 * Answers a request to follow a turn with what the caller has not read yet: of the live turn, or
 * of the latest one if the cursor belongs to it. The status is 204 if nothing is left, and 410 if
 * other turns have begun since.
 */
export function answerFollow(
  ports: StoragePorts,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  return route(request, { ports, request, invocation });
}

async function follow(
  { ports, request, invocation: { requestId, signal } }: FollowContext,
  conversationId: string,
): Promise<HttpResponse> {
  const key = { owner: ownerOf(request.caller, false), conversationId };
  const { headers, query } = request;
  const position = headers['last-event-id'] ?? query['after'];
  const cursor = position === undefined ? undefined : decodeCursor(position);
  const format = parseStreamFormat(query['format']) ?? acceptedFormat(headers['accept']) ?? 'ui';
  const turn = await findTurnToFollow(ports, key, cursor);
  if (turn === undefined) return jsonResponse({ status: 204 }, requestId);
  const turnKey = { ...key, turnId: turn.turnId, sequence: turn.sequence };
  return toTurnResponse(followTurn(ports, { key: turnKey, turn, signal }), {
    requestId,
    format,
    after: cursor?.characters ?? 0,
  });
}

async function findTurnToFollow(
  ports: StoragePorts,
  key: ConversationKey,
  cursor: Cursor | undefined,
): Promise<LiveTurn | Turn | undefined> {
  // A turn that nobody runs is recovered while it is followed.
  const conversation = await ports.conversations.find(key);
  if (conversation === undefined) throw unknownConversation();
  const { liveTurn, headId } = conversation;
  if (liveTurn !== undefined && (cursor === undefined || cursor.turnId === liveTurn.turnId)) {
    return liveTurn;
  }
  if (cursor === undefined) return undefined;
  const latest =
    cursor.turnId === headId ? await findTurn(ports.conversations, key, headId) : undefined;
  if (latest !== undefined) return latest;
  throw new ChatError('gone', 'This stream is over. Read the conversation instead.');
}
