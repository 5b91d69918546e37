import { ChatError } from '#domain/errors.ts';
import type { TurnRequest } from '#domain/turn/open-turn.ts';
import { ownToolSets } from '#domain/model/tools.ts';
import { derivedId } from '#lambda/runtime/new-id.ts';
import type { ChatPolicy } from '#lambda/turn/turn-request.ts';
import type { ChatRequest } from '#protocol/turn/chat-request.ts';

export interface Helping {
  readonly owner: string;
  /** Whether the owner is everybody without an identity. */
  readonly isAnonymous: boolean;
  readonly policy: ChatPolicy;
  readonly sessionName: string;
}

/** Who helps the model, or answers in its place. Throws `invalid_request` for a name of nobody. */
export function helpersOf(
  chat: ChatRequest,
  { owner, isAnonymous, policy, sessionName }: Helping,
): Pick<TurnRequest, 'knowledge' | 'agent' | 'toolUse'> {
  const { knowledge, agent, toolSets } = chat;
  assertTogether(chat);
  if (isAnonymous && toolSets !== undefined) {
    // What one of them had noted, another would read.
    throw new ChatError('invalid_request', 'tools: are only for callers with an identity');
  }
  if (agent !== undefined) {
    if (!Object.hasOwn(policy.agents, agent)) {
      throw mustBeOneOf('agent', Object.keys(policy.agents));
    }
    // Nobody else's session, and always the same for a conversation.
    return { agent: { name: agent, sessionId: derivedId('session', owner, sessionName) } };
  }
  return {
    ...(knowledge === undefined ? {} : { knowledge: { ...knownBase(knowledge, policy), owner } }),
    ...(toolSets === undefined
      ? {}
      : {
          toolUse: {
            owner,
            sets: knownSets(toolSets, policy),
            canAsk: chat.conversation !== undefined,
          },
        }),
  };
}

/** Throws `invalid_request` for what one of them would leave out, and nobody would notice. */
function assertTogether({ knowledge, agent, toolSets, question, cacheMs }: ChatRequest): void {
  const helpers = { knowledge_base: knowledge, agent, tools: toolSets };
  const [helper] = Object.entries(helpers).find(([, used]) => used !== undefined) ?? [];
  if (helper !== undefined && cacheMs !== undefined) throw apart('cache', helper);
  if (helper !== undefined && question.type === 'continue') throw apart('continue_turn_id', helper);
  if (knowledge?.mode === 'retrieve_and_generate' && toolSets !== undefined) {
    throw apart('tools', 'retrieve_and_generate');
  }
  if (question.type !== 'approve') return;
  if (agent !== undefined) throw apart('approve_turn_id', 'agent');
  if (toolSets === undefined) {
    throw new ChatError(
      'invalid_request',
      'tools: is required, as in the request that is approved',
    );
  }
}

function apart(field: string, other: string): ChatError {
  return new ChatError('invalid_request', `${field}: does not go with ${other}`);
}

function knownBase(
  knowledge: NonNullable<ChatRequest['knowledge']>,
  { knowledgeBases }: ChatPolicy,
): NonNullable<ChatRequest['knowledge']> {
  if (Object.hasOwn(knowledgeBases, knowledge.name)) return knowledge;
  throw mustBeOneOf('knowledge_base', Object.keys(knowledgeBases));
}

function knownSets(sets: readonly string[], { mcpServers }: ChatPolicy): readonly string[] {
  const names = [...ownToolSets, ...Object.keys(mcpServers)];
  const unknown = sets.find((name) => !names.includes(name));
  if (unknown !== undefined) throw mustBeOneOf('tools', names);
  return [...new Set(sets)];
}

/** An error that says which names there are. */
export function mustBeOneOf(field: string, names: readonly string[]): ChatError {
  const expectation =
    names.length === 0 ? 'is not offered here' : `must be one of ${names.join(', ')}`;
  return new ChatError('invalid_request', `${field}: ${expectation}`);
}
