import { parseStreamFormat } from '#protocol/turn/follow-request.ts';
import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import { followTurn } from '#domain/turn/follow-turn.ts';
import { findTurn } from '#domain/turn/history.ts';
import { findConversation, type StoragePorts } from '#domain/turn/recover-turn.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { acceptedFormat, toTurnResponse } from '#lambda/turn/turn-response.ts';
import { parseConversationId } from '#protocol/conversation/conversation-request.ts';
import { decodeCursor, type Cursor } from '#protocol/turn/cursor.ts';

/**
 * Answers `GET /conversations/{id}/stream` with what the caller has not read yet of the live turn,
 * or of the last one where his cursor is in it: 204 where there is nothing, 410 where other turns
 * have begun since.
 */
export async function answerStream(
  ports: StoragePorts,
  request: HttpRequest,
  { requestId, signal }: Invocation,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const key = { owner, conversationId: conversationIn(request) };
  const { headers, query } = request;
  const given = headers['last-event-id'] ?? query['after'];
  const cursor = given === undefined ? undefined : decodeCursor(given);
  const format = parseStreamFormat(query['format']) ?? acceptedFormat(headers['accept']) ?? 'ui';
  const turn = await findTurnToRead(ports, key, cursor);
  if (turn === undefined) {
    return {
      status: 204,
      headers: { 'x-request-id': requestId, 'cache-control': 'no-store' },
      body: '',
    };
  }
  return toTurnResponse(followTurn(ports, { key: turn, signal }), {
    requestId,
    format,
    after: cursor?.characters ?? 0,
  });
}

function conversationIn({ method, path }: HttpRequest): string {
  const [, room, segment = '', door, ...rest] = path.split('/');
  if (room !== 'conversations' || door !== 'stream' || rest.length > 0 || method !== 'GET') {
    throw new ChatError('not_found', 'Nothing is here.');
  }
  return parseConversationId(segment);
}

async function findTurnToRead(
  ports: StoragePorts,
  key: ConversationKey,
  cursor: Cursor | undefined,
): Promise<TurnKey | undefined> {
  const found = await findConversation(ports, key);
  if (found === undefined) throw unknownConversation();
  const { liveTurn: live, headId } = found;
  if (live !== undefined && (cursor === undefined || cursor.turnId === live.turnId)) {
    return { ...key, turnId: live.turnId, sequence: live.sequence };
  }
  if (cursor === undefined) return undefined;
  const last =
    cursor.turnId === headId ? await findTurn(ports.conversations, key, headId) : undefined;
  if (last === undefined) {
    throw new ChatError('gone', 'This stream is over. Read the conversation instead.');
  }
  return { ...key, turnId: last.turnId, sequence: last.sequence };
}
