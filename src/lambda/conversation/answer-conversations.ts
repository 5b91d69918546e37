import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { ConversationSearch } from '#domain/conversation/search.ts';
import { ownerOf } from '#domain/identity.ts';
import { dayOf, type Ledger, type SpendingLimits } from '#domain/spending/ledger.ts';
import { deleteConversation, findConversation } from '#domain/turn/recover-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import { createRouter } from '#lambda/runtime/router.ts';
import {
  toConversationList,
  toConversationPage,
  toSearchJson,
  toStoppingJson,
} from '#protocol/conversation/conversation-json.ts';
import {
  parseConversationId,
  parsePage,
  parseStop,
  parseTitle,
} from '#protocol/conversation/conversation-request.ts';
import { parseSearch } from '#protocol/conversation/search-request.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { toSpendingJson } from '#protocol/spending/spending-json.ts';

export interface ConversationPorts extends StoragePorts, ConversationSearch {
  readonly ledger: Ledger;
  readonly limits: SpendingLimits;
}

interface ConversationContext {
  readonly ports: ConversationPorts;
  readonly request: HttpRequest;
  readonly owner: string;
}

const route = createRouter<RoutesOf<'conversations'>, ConversationContext, JsonResult>({
  'GET /conversations': list,
  'GET /conversations/{conversation_id}': (context, { conversation_id: id }) =>
    read(context, keyOf(context, id)),
  'PATCH /conversations/{conversation_id}': (context, { conversation_id: id }) =>
    rename(context, keyOf(context, id)),
  'DELETE /conversations/{conversation_id}': async (context, { conversation_id: id }) => {
    await deleteConversation(context.ports, keyOf(context, id));
    return { status: 204 };
  },
  'POST /conversations/{conversation_id}/stop': (context, { conversation_id: id }) =>
    stop(context, keyOf(context, id)),
  'GET /search': search,
  'GET /usage': readSpending,
});

/** Answers requests for the caller's own conversations and spending. */
export async function answerConversations(
  ports: ConversationPorts,
  request: HttpRequest,
  { requestId }: Invocation,
): Promise<HttpResponse> {
  // Anonymous callers share an owner, and must not read each other's conversations.
  const owner = ownerOf(request.caller, false);
  return jsonResponse(await route(request, { ports, request, owner }), requestId);
}

function keyOf({ owner }: ConversationContext, id: string): ConversationKey {
  return { owner, conversationId: parseConversationId(id) };
}

async function list({ ports, request, owner }: ConversationContext): Promise<JsonResult> {
  const page = await ports.conversations.list(owner, parsePage(request.query));
  return { status: 200, body: toConversationList(page) };
}

async function search({ ports, request, owner }: ConversationContext): Promise<JsonResult> {
  const page = await ports.search(owner, parseSearch(request.query));
  return { status: 200, body: toSearchJson(page) };
}

async function read(
  { ports, request }: ConversationContext,
  key: ConversationKey,
): Promise<JsonResult> {
  const page = parsePage(request.query);
  const conversation = await findConversation(ports, key);
  if (conversation === undefined) throw unknownConversation();
  // Reads the turns second: a turn that ends in between is in both, not in neither.
  const turns = await ports.conversations.turns(key, page);
  const { liveTurn: _, ...withoutLive } = conversation;
  const shown = page.cursor === undefined ? conversation : withoutLive;
  return { status: 200, body: toConversationPage(shown, turns, ports.clock.now()) };
}

async function rename(
  { ports, request }: ConversationContext,
  key: ConversationKey,
): Promise<JsonResult> {
  await ports.conversations.rename(key, parseTitle(request.body));
  return { status: 204 };
}

async function stop(
  { ports, request }: ConversationContext,
  key: ConversationKey,
): Promise<JsonResult> {
  const turnId = await stopTurn(ports, key, parseStop(request.body));
  return { status: 202, body: toStoppingJson(turnId) };
}

/** How many days `GET /usage` returns. */
const maxDays = 31;

async function readSpending({ ports, owner }: ConversationContext): Promise<JsonResult> {
  const { ledger, limits, clock } = ports;
  const days = await ledger.days(owner, maxDays);
  return { status: 200, body: toSpendingJson(days, limits, dayOf(clock.now())) };
}
