import { createAgentCoreAgent } from '#agents/agentcore-agent.ts';
import { createBedrockAgent } from '#agents/bedrock-agent.ts';
import { ChatError } from '#domain/errors.ts';
import type { Model } from '#domain/model/model.ts';
import { observeStream } from '#domain/operation/observe.ts';
import { attributeRefusals, notTheCallers } from '#domain/chat/refusals.ts';

/**
 * Agents by name. An address is the ARN of an AgentCore runtime, or the id and alias of a classic
 * agent (`AGENTID/ALIASID`).
 */
export type AgentAddresses = Readonly<Record<string, string>>;

/** Returns ports whose model passes requests that name an agent to that agent. */
export function withAgents<Ports extends { readonly model: Model }>(
  ports: Ports,
  addresses: AgentAddresses,
): Ports {
  return { ...ports, model: routeToAgents(ports.model, addresses) };
}

/** Returns a model that throws `not_found` for an unknown agent. */
function routeToAgents(model: Model, addresses: AgentAddresses): Model {
  const agents = new Map(
    Object.entries(addresses).map(([name, address]) => [name, createAgent(address)] as const),
  );
  return {
    stream(request, signal) {
      const { agent, observer } = request;
      if (agent === undefined) return model.stream(request, signal);
      const target = agents.get(agent.name);
      if (target === undefined) throw new ChatError('not_found', 'There is no such agent.');
      const events = observeStream(
        observer,
        { type: 'agent-call', agent: agent.name },
        { signal, stream: () => target.stream(request, signal) },
      );
      return attributeRefusals(events, notTheCallers);
    },
  };
}

function createAgent(address: string): Model {
  if (address.startsWith('arn:')) return createAgentCoreAgent(address);
  const [agentId = '', agentAliasId = ''] = address.split('/');
  return createBedrockAgent({ agentId, agentAliasId });
}
