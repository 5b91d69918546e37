import { invalidRequest, type ChatError } from '#domain/errors.ts';
import type { ModelExtensions } from '#domain/model/model.ts';
import { builtInToolSets } from '#domain/model/tools.ts';
import type { ChatChoices, ChatPolicy, ChatRequest } from '#domain/chat/chat-request.ts';

/**
 * Returns the knowledge base, agent and tool sets of a request that passed `assertCompatible`.
 * `sessionId` is the session that an agent knows the conversation by.
 */
export function planExtensions(
  { agent, knowledge, toolSets, conversation }: ChatRequest,
  _policy: ChatPolicy,
  sessionId: string,
): ModelExtensions {
  if (agent !== undefined) return { agent: { name: agent, sessionId } };
  const toolUse =
    toolSets === undefined
      ? undefined
      : { sets: [...new Set(toolSets)], canAsk: conversation !== undefined };
  return { knowledge, toolUse };
}

/**
 * Throws `invalid_request` if an extension has an unknown name, or if one of them would silently
 * ignore another field of the request.
 */
export function assertCompatible(
  chat: ChatRequest,
  policy: ChatChoices,
  isAnonymous: boolean,
): void {
  const { knowledge, agent, toolSets, question, cacheMs } = chat;
  const extensions = { knowledge_base: knowledge, agent, tools: toolSets };
  const [used] = Object.entries(extensions).find(([, value]) => value !== undefined) ?? [];
  if (used !== undefined && cacheMs !== undefined) throw cannotCombine('cache', used);
  if (used !== undefined && question.type === 'continue') {
    throw cannotCombine('continue_turn_id', used);
  }
  if (knowledge?.mode === 'retrieve_and_generate' && toolSets !== undefined) {
    throw cannotCombine('tools', 'retrieve_and_generate');
  }
  if (question.type === 'message' && question.attachmentIds !== undefined) {
    if (agent !== undefined) throw cannotCombine('attachments', 'agent');
    if (knowledge?.mode === 'retrieve_and_generate') {
      throw cannotCombine('attachments', 'retrieve_and_generate');
    }
    // Callers who share an owner would read each other's files.
    if (isAnonymous) throw invalidRequest('attachments', 'are only for callers with an identity');
  }
  if (question.type === 'approve' && agent !== undefined) {
    throw cannotCombine('approve_turn_id', 'agent');
  }
  if (question.type === 'approve' && toolSets === undefined) {
    throw invalidRequest('tools', 'is required, as in the request that is approved');
  }
  if (isAnonymous && toolSets !== undefined) {
    // Callers who share an owner would read each other's notes.
    throw invalidRequest('tools', 'are only for callers with an identity');
  }
  assertKnownNames(chat, policy);
}

function assertKnownNames(
  { agent, knowledge, toolSets = [] }: ChatRequest,
  { agents, knowledgeBases, mcpServers }: ChatChoices,
): void {
  if (agent !== undefined && !Object.hasOwn(agents, agent)) {
    throw mustBeOneOf('agent', Object.keys(agents));
  }
  if (knowledge !== undefined && !Object.hasOwn(knowledgeBases, knowledge.name)) {
    throw mustBeOneOf('knowledge_base', Object.keys(knowledgeBases));
  }
  const sets = [...builtInToolSets, ...Object.keys(mcpServers)];
  if (toolSets.some((name) => !sets.includes(name))) throw mustBeOneOf('tools', sets);
}

function cannotCombine(field: string, other: string): ChatError {
  return invalidRequest(field, `cannot be combined with ${other}`);
}

/** Returns an error that lists the valid names for a field. */
export function mustBeOneOf(field: string, names: readonly string[]): ChatError {
  if (names.length === 0) return invalidRequest(field, 'is not available here');
  return invalidRequest(field, `must be one of ${names.join(', ')}`);
}
