import { noUsage } from '#domain/conversation/usage.ts';
import { ownerOf } from '#domain/identity.ts';
import type { Knowledge } from '#domain/model/knowledge.ts';
import { meteredCall, type SpendingPorts } from '#domain/spending/metered-call.ts';
import { mustBeOneOf } from '#domain/chat/plan-extensions.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/ids.ts';
import { jsonResponse, type JsonResult } from '#lambda/runtime/json-response.ts';
import { createRouter } from '#lambda/runtime/router.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { toSearchResultJson } from '#protocol/model/knowledge-json.ts';
import { parseKnowledgeSearch } from '#protocol/model/knowledge-request.ts';

export interface KnowledgePorts extends SpendingPorts {
  readonly knowledge: Knowledge;
}

export interface KnowledgePolicy {
  readonly knowledgeBases: Readonly<Record<string, string>>;
}

interface SearchContext {
  readonly ports: KnowledgePorts;
  readonly policy: KnowledgePolicy;
  readonly request: HttpRequest;
  readonly signal: AbortSignal;
}

const route = createRouter<RoutesOf<'knowledge'>, SearchContext, JsonResult>({
  'POST /knowledge/search': search,
});

/** Answers a search for passages that the caller may see, best first. */
export async function answerKnowledge(
  ports: KnowledgePorts,
  policy: KnowledgePolicy,
  request: HttpRequest,
  { requestId, signal }: Invocation,
): Promise<HttpResponse> {
  return jsonResponse(await route(request, { ports, policy, request, signal }), requestId);
}

async function search({ ports, policy, request, signal }: SearchContext): Promise<JsonResult> {
  const owner = ownerOf(request.caller, false);
  const names = Object.keys(policy.knowledgeBases);
  const { text, limit, name = names[0] } = parseKnowledgeSearch(request.body);
  if (name === undefined || !names.includes(name)) throw mustBeOneOf('knowledge_base', names);
  // A search uses no tokens, but counts as a request.
  const call = { owner, id: newId(ports.clock.now()), modelId: 'search', max: noUsage };
  const { passages } = await meteredCall(ports, call, async () => {
    const results = await ports.knowledge.search({ name, owner, text, limit }, signal);
    return { passages: results, usage: noUsage };
  });
  return { status: 200, body: toSearchResultJson(name, passages) };
}
