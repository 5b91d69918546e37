import { ChatError } from '#domain/errors.ts';
import type { Knowledge } from '#domain/model/knowledge.ts';
import { meteredCall, type SpendingPorts } from '#domain/spending/metered-call.ts';
import { nothingUsed } from '#domain/conversation/usage.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import { jsonResponse } from '#lambda/runtime/json-response.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/new-id.ts';
import { parseKnowledgeSearch } from '#protocol/model/knowledge-request.ts';
import { toPassageJson } from '#protocol/conversation/passage-json.ts';

export interface KnowledgePorts extends SpendingPorts {
  readonly knowledge: Knowledge;
}

export interface KnowledgePolicy {
  readonly knowledgeBases: Readonly<Record<string, string>>;
}

/** Answers `POST /knowledge/search`: passages that the caller may see, the best first. */
export async function answerKnowledge(
  ports: KnowledgePorts,
  { knowledgeBases }: KnowledgePolicy,
  { request, invocation }: { readonly request: HttpRequest; readonly invocation: Invocation },
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const names = Object.keys(knowledgeBases);
  const { text, limit, name = names[0] } = parseKnowledgeSearch(request.body);
  if (name === undefined || !names.includes(name)) {
    const offered =
      names.length === 0 ? 'is not offered here' : `must be one of ${names.join(', ')}`;
    throw new ChatError('invalid_request', `knowledge_base: ${offered}`);
  }
  const { requestId, signal } = invocation;
  // A search costs no tokens; it counts as a request.
  const use = { owner, id: newId(ports.clock.now()), modelId: 'search', max: nothingUsed };
  const { passages } = await meteredCall(ports, use, async () => {
    const found = await ports.knowledge.search({ name, owner, text, limit }, signal);
    return { passages: found, usage: nothingUsed };
  });
  const body = { knowledge_base: name, passages: passages.map(toPassageJson) };
  return jsonResponse({ status: 200, body }, requestId);
}
