import { createAgentCoreAgent } from '#agents/agentcore-agent.ts';
import { createBedrockAgent } from '#agents/bedrock-agent.ts';
import { ChatError } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';

/**
 * Agents by their names, as they are configured: the ARN of a runtime on AgentCore, or id and alias
 * of a classic agent, `AGENTID/ALIASID`.
 */
export type AgentAddresses = Readonly<Record<string, string>>;

/** Turns that an agent answers where a request names one, and their model where it names none. */
export function withAgents<Ports extends { readonly model: Model }>(
  ports: Ports,
  addresses: AgentAddresses,
): Ports {
  return { ...ports, model: chosen(ports.model, addresses) };
}

function chosen(model: Model, addresses: AgentAddresses): Model {
  const agents = new Map(
    Object.entries(addresses).map(([name, address]) => [name, createAgent(address)] as const),
  );
  return {
    async *stream(request, signal) {
      const { agent } = request;
      const answering = agent === undefined ? model : agents.get(agent.name);
      if (answering === undefined) throw new ChatError('not_found', 'There is no such agent.');
      yield* answering.stream(request, signal);
    },
  };
}

function createAgent(address: string): Model {
  if (address.startsWith('arn:')) return createAgentCoreAgent(address);
  const [agentId = '', agentAliasId = ''] = address.split('/');
  return createBedrockAgent({ agentId, agentAliasId });
}
