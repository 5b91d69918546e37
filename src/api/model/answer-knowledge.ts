import { noUsage } from '#domain/conversation/usage.ts';
import type { Answer } from '#domain/conversation/accumulate.ts';
import type { Passage } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import { ownerOf } from '#domain/identity.ts';
import type { Knowledge } from '#domain/model/knowledge.ts';
import type { Model } from '#domain/model/model.ts';
import { observeCall } from '#domain/operation/observe.ts';
import { attributeRefusals, notTheCallers } from '#domain/chat/refusals.ts';
import { mustBeOneOf } from '#domain/chat/plan-extensions.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { createRouter } from '#api/http/router.ts';
import { startOneShot, type OneShotPorts } from '#api/turn/run-one-shot.ts';
import { toTurnResponse } from '#api/turn/turn-response.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import { toSearchResultJson } from '#protocol/model/knowledge-json.ts';
import { parseKnowledgeSearch } from '#protocol/model/knowledge-request.ts';

export interface KnowledgePorts extends OneShotPorts {
  readonly knowledge: Pick<Knowledge, 'search'>;
}

export interface KnowledgePolicy {
  readonly knowledgeBases: Readonly<Record<string, string>>;
}

interface SearchContext {
  readonly ports: KnowledgePorts;
  readonly policy: KnowledgePolicy;
  readonly request: HttpRequest;
  readonly invocation: Invocation;
}

const route = createRouter<RoutesOf<'knowledge'>, SearchContext, HttpResponse>({
  'POST /knowledge/search': search,
});

/** Answers a search for passages that the caller may see, best first. */
export function answerKnowledge(
  ports: KnowledgePorts,
  policy: KnowledgePolicy,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  return route(request, { ports, policy, request, invocation });
}

/** A search is a one-shot turn, in which the knowledge base answers with its passages. */
async function search({
  ports,
  policy,
  request,
  invocation,
}: SearchContext): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const names = Object.keys(policy.knowledgeBases);
  const { text, limit, name = names[0] } = parseKnowledgeSearch(request.body);
  if (name === undefined || !names.includes(name)) throw mustBeOneOf('knowledge_base', names);
  const turn = startOneShot(
    ports,
    {
      owner,
      api: 'knowledge',
      route: 'POST /knowledge/search',
      idempotencyKey: request.headers['idempotency-key'],
      identity: [name, text, limit],
      modelId: 'search',
      // A search uses no tokens, but counts as a request.
      messages: [],
      maxTokens: 0,
    },
    invocation,
    searchModel(name, text, (signal) =>
      ports.knowledge.search({ name, owner, text, limit }, signal),
    ),
  );
  const toJson = (answer: Answer): string => {
    return JSON.stringify(toSearchResultJson(name, passagesIn(answer)));
  };
  return toTurnResponse(turn.events, { ...turn, format: 'json', toJson });
}

type Find = (signal: AbortSignal) => Promise<readonly Passage[]>;

function searchModel(name: string, query: string, find: Find): Model {
  return {
    stream({ observer }, signal) {
      const operation = { type: 'retrieval', knowledgeBase: name } as const;
      const observed: Find = () => observeCall(observer, operation, () => find(signal), signal);
      return attributeRefusals(answerOf(query, observed, signal), notTheCallers);
    },
  };
}

async function* answerOf(
  query: string,
  find: Find,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, undefined> {
  const passages = await find(signal);
  yield { type: 'message-start' };
  yield { type: 'block', index: 0, block: { type: 'retrieval', query, passages } };
  yield { type: 'message-stop', stopReason: 'end_turn' };
  yield { type: 'usage', usage: noUsage };
}

function passagesIn({ content }: Answer): readonly Passage[] {
  return content.flatMap((block) => (block.type === 'retrieval' ? block.passages : []));
}
