import type { ConversationKey } from '#domain/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import type { Conversations } from '#domain/ports.ts';
import { ownerOf } from '#lambda/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/http.ts';
import { parseConversationId, parsePage, parseTitle } from '#protocol/conversation-request.ts';
import { toConversationList, toConversationPage } from '#protocol/turn-json.ts';

export interface ConversationsPorts {
  readonly conversations: Conversations;
  readonly now: () => number;
}

/** Answers for the caller's own conversations: list, read, rename, delete. */
export async function answerConversations(
  ports: ConversationsPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  // Callers without an identity share one: nobody may read through it what others wrote.
  const owner = ownerOf(request.caller, false);
  const body = await route(ports, owner, request);
  return {
    status: body === undefined ? 204 : 200,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

async function route(
  { conversations, now }: ConversationsPorts,
  owner: string,
  { method, path, query, body }: HttpRequest,
): Promise<object | undefined> {
  const [, room, segment, ...rest] = path.split('/');
  if (room !== 'conversations' || rest.length > 0) throw nothingHere();
  if (segment === undefined || segment === '') {
    if (method !== 'GET') throw nothingHere();
    return toConversationList(await conversations.list(owner, parsePage(query)));
  }
  const key = { owner, conversationId: parseConversationId(segment) };
  switch (method) {
    case 'GET':
      return readConversation({ conversations, now }, key, query);
    case 'PATCH':
      await conversations.rename(key, parseTitle(body));
      return undefined;
    case 'DELETE':
      await conversations.remove(key, now());
      return undefined;
    default:
      throw nothingHere();
  }
}

async function readConversation(
  { conversations, now }: ConversationsPorts,
  key: ConversationKey,
  query: HttpRequest['query'],
): Promise<object> {
  const page = parsePage(query);
  const found = await conversations.find(key);
  if (found === undefined) throw new ChatError('not_found', 'There is no such conversation.');
  // Only then the turns: one that ends in between is in both, and never in neither.
  const turns = await conversations.turns(key, page);
  const { liveTurn: _, ...older } = found;
  return toConversationPage(page.cursor === undefined ? found : older, turns, now());
}

function nothingHere(): ChatError {
  return new ChatError('not_found', 'Nothing is here.');
}
