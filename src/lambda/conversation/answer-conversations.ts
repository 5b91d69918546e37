import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import {
  findConversation,
  removeConversation,
  type StoragePorts,
} from '#domain/turn/recover-turn.ts';
import { dayOf, type Ledger, type SpendingLimits } from '#domain/spending/ledger.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import {
  parseConversationId,
  parsePage,
  parseStop,
  parseTitle,
} from '#protocol/conversation/conversation-request.ts';
import { toUsagePage } from '#protocol/spending/spending-json.ts';
import {
  toConversationList,
  toConversationPage,
} from '#protocol/conversation/conversation-json.ts';

export interface ManagingPorts extends StoragePorts {
  readonly ledger: Ledger;
  readonly limits: SpendingLimits;
}

/**
 * Answers for the caller's own conversations: list, read, rename, delete, stop a turn; and for
 * what he has spent.
 */
export async function answerConversations(
  ports: ManagingPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  // Callers without an identity share one: nobody may read through it what others wrote.
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(ports, owner, request), requestId);
}

async function route(
  ports: ManagingPorts,
  owner: string,
  request: HttpRequest,
): Promise<JsonResult> {
  const { method, query } = request;
  const [, room, segment = '', door, ...rest] = request.path.split('/');
  if (request.path === '/usage' && method === 'GET')
    return { status: 200, body: await usage(ports, owner) };
  if (room !== 'conversations' || rest.length > 0) throw nothingHere();
  if (segment === '' && door === undefined) {
    if (method !== 'GET') throw nothingHere();
    const page = await ports.conversations.list(owner, parsePage(query));
    return { status: 200, body: toConversationList(page) };
  }
  const key = { owner, conversationId: parseConversationId(segment) };
  if (door === undefined) return answerConversation(ports, key, request);
  if (door !== 'stop' || method !== 'POST') throw nothingHere();
  const turnId = await stopTurn(ports, key, parseStop(request.body));
  return { status: 202, body: { turn_id: turnId ?? null, stopping: turnId !== undefined } };
}

/** As many days as `GET /usage` tells of. */
const daysTold = 31;

async function usage({ ledger, limits, clock }: ManagingPorts, owner: string): Promise<object> {
  return toUsagePage(await ledger.days(owner, daysTold), limits, dayOf(clock.now()));
}

async function answerConversation(
  ports: StoragePorts,
  key: ConversationKey,
  { method, query, body }: HttpRequest,
): Promise<JsonResult> {
  switch (method) {
    case 'GET':
      return { status: 200, body: await readConversation(ports, key, query) };
    case 'PATCH':
      await ports.conversations.rename(key, parseTitle(body));
      return { status: 204 };
    case 'DELETE':
      await removeConversation(ports, key);
      return { status: 204 };
    default:
      throw nothingHere();
  }
}

async function readConversation(
  ports: StoragePorts,
  key: ConversationKey,
  query: HttpRequest['query'],
): Promise<object> {
  const page = parsePage(query);
  const found = await findConversation(ports, key);
  if (found === undefined) throw unknownConversation();
  // Only then the turns: one that ends in between is in both, and never in neither.
  const turns = await ports.conversations.turns(key, page);
  const { liveTurn: _, ...older } = found;
  return toConversationPage(page.cursor === undefined ? found : older, turns, ports.clock.now());
}

function nothingHere(): ChatError {
  return new ChatError('not_found', 'Nothing is here.');
}
