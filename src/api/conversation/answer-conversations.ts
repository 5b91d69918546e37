import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { Feedback } from '#domain/conversation/turn.ts';
import type { ChatChoices } from '#domain/chat/chat-request.ts';
import type { Offer } from '#domain/chat/offer.ts';
import { assertOptions } from '#domain/chat/plan-turn.ts';
import { withinField } from '#domain/errors.ts';
import type { ConversationSearch } from '#domain/conversation/search.ts';
import { ownerOf } from '#domain/identity.ts';
import { dayOf, type Ledger, type SpendingLimits } from '#domain/spending/ledger.ts';
import { deleteConversation, findConversation, rateTurn } from '#domain/turn/recover-turn.ts';
import { stopTurn } from '#domain/turn/stop-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { jsonResponse, type JsonResult } from '#api/http/json-response.ts';
import { createRouter, type PathParameters } from '#api/http/router.ts';
import type { ConversationPageJson } from '#protocol/conversation/conversation-schema.ts';
import { parseConversationChange } from '#protocol/chat/conversation-change.ts';
import { toOfferJson } from '#protocol/chat/offer-json.ts';
import {
  toConversationList,
  toConversationPage,
  toSearchJson,
  toStoppingJson,
} from '#protocol/conversation/conversation-json.ts';
import {
  parseConversationId,
  parseFeedback,
  parsePage,
  parseStop,
  parseTurnId,
} from '#protocol/conversation/conversation-request.ts';
import { parseSearch } from '#protocol/conversation/search-request.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { toSpendingJson } from '#protocol/spending/spending-json.ts';

export interface ConversationPorts extends StoragePorts, ConversationSearch {
  readonly ledger: Ledger;
  readonly limits: SpendingLimits;
  readonly choices: ChatChoices;
  readonly offer: Offer;
}

interface ConversationContext {
  readonly ports: ConversationPorts;
  readonly request: HttpRequest;
  readonly owner: string;
}

const route = createRouter<RoutesOf<'conversations'>, ConversationContext, JsonResult>({
  'GET /options': async ({ ports }) => ({ status: 200, body: toOfferJson(ports.offer) }),
  'GET /conversations': list,
  'GET /conversations/{conversation_id}': (context, { conversation_id: id }) =>
    read(context, keyOf(context, id)),
  'PATCH /conversations/{conversation_id}': (context, { conversation_id: id }) =>
    change(context, keyOf(context, id)),
  'DELETE /conversations/{conversation_id}': async (context, { conversation_id: id }) => {
    await deleteConversation(context.ports, keyOf(context, id));
    return { status: 204 };
  },
  'POST /conversations/{conversation_id}/stop': (context, { conversation_id: id }) =>
    stop(context, keyOf(context, id)),
  'PUT /conversations/{conversation_id}/turns/{turn_id}/feedback': (context, path) =>
    rate(context, path, parseFeedback(context.request.body)),
  'DELETE /conversations/{conversation_id}/turns/{turn_id}/feedback': (context, path) =>
    rate(context, path, undefined),
  'GET /search': search,
  'GET /usage': readSpending,
});

/** Answers requests for the caller's own conversations, spending and options. */
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
  const { liveTurn: _, ...withoutLive } = conversation;
  const shown = page.cursor === undefined ? conversation : withoutLive;
  const toBody = async (limit: number): Promise<ConversationPageJson> => {
    const turns = await ports.conversations.turns(key, { ...page, limit });
    const body = toConversationPage(shown, turns, ports.clock.now());
    const isTooLarge = Buffer.byteLength(JSON.stringify(body)) > maxPageBytes;
    return isTooLarge && limit > 1 ? toBody(Math.floor(limit / 2)) : body;
  };
  return { status: 200, body: await toBody(page.limit) };
}

/** Lambda refuses responses above 6 MB, in which every quote and line break of the body is escaped. */
const maxPageBytes = 4_000_000;

async function change(
  { ports, request }: ConversationContext,
  key: ConversationKey,
): Promise<JsonResult> {
  const { options, ...changes } = parseConversationChange(request.body);
  if (options !== undefined) withinField('settings', () => assertOptions(options, ports.choices));
  await ports.conversations.change(key, changes);
  return { status: 204 };
}

async function stop(
  { ports, request }: ConversationContext,
  key: ConversationKey,
): Promise<JsonResult> {
  const turnId = await stopTurn(ports, key, parseStop(request.body));
  return { status: 202, body: toStoppingJson(turnId) };
}

async function rate(
  context: ConversationContext,
  { conversation_id: id, turn_id: turn }: PathParameters<'{conversation_id}/{turn_id}'>,
  feedback: Feedback | undefined,
): Promise<JsonResult> {
  const key = { ...keyOf(context, id), turnId: parseTurnId(turn) };
  await rateTurn(context.ports, key, feedback);
  return { status: 204 };
}

/** How many days `GET /usage` returns. */
const maxDays = 31;

async function readSpending({ ports, owner }: ConversationContext): Promise<JsonResult> {
  const { ledger, limits, clock } = ports;
  const days = await ledger.days(owner, maxDays);
  return { status: 200, body: toSpendingJson(days, limits, dayOf(clock.now())) };
}
