import type { Stack } from 'aws-cdk-lib';
import { CfnUrl } from 'aws-cdk-lib/aws-lambda';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import type { NetworkOptions } from '#infra/options/network.ts';
import { functionNamed, functionsOf } from '#infra/options/stack-parts.ts';
import { routes } from '#protocol/http/routes.ts';

/** What functions call besides AWS services that every deployment uses. */
export interface Reach {
  readonly mcpServers: boolean;
  /** Runtimes of AgentCore. */
  readonly agentCore: boolean;
}

/**
 * Returns the functions that run in the VPC: those in the setting, or all that answer in one piece
 * or work on queues, and need nothing on the internet. Throws an error that names the setting for a
 * function that cannot run there.
 */
export function membersOf(
  stack: Stack,
  { vpc, functions }: NetworkOptions,
  reach: Reach,
): readonly StreambedFunction[] {
  if (functions === undefined) {
    return functionsOf(stack).filter((each) => !streams(each) && needOf(each, reach) === undefined);
  }
  return functions.map((name) => {
    const found = functionNamed(stack, 'vpcFunctions', name);
    if (hasStreamingUrl(found)) {
      throw new Error(
        `vpcFunctions: ${name} cannot run in a VPC, because it streams through a Function URL, and a Function URL does not stream from inside a VPC`,
      );
    }
    const need = needOf(found, reach);
    if (vpc.type === 'new' && need !== undefined) {
      throw new Error(
        `vpcFunctions: ${name} cannot run in a VPC without a way to the internet, because it ${need}`,
      );
    }
    return found;
  });
}

/** Whether a function streams its responses, through a Function URL or the REST API. */
function streams(each: StreambedFunction): boolean {
  const streamed = Object.values(routes).filter(({ transfer }) => transfer === 'streamed');
  return hasStreamingUrl(each) || streamed.some(({ handler }) => handler === each.bundle);
}

function hasStreamingUrl({ node }: StreambedFunction): boolean {
  return node
    .findAll()
    .some((part) => part instanceof CfnUrl && part.invokeMode === 'RESPONSE_STREAM');
}

/** Returns what a function needs on the internet, if it needs anything there. */
function needOf({ bundle }: StreambedFunction, { mcpServers }: Reach): string | undefined {
  return internetNeeds[bundle] ?? (mcpServers ? mcpNeeds[bundle] : undefined);
}

/** Issuers of tokens have no endpoint in a VPC, and neither have the servers of callers. */
const internetNeeds: Readonly<Record<string, string>> = {
  authorizer: 'reads the public keys of issuers',
  conversations: 'reads the public keys of issuers',
  'callback-worker': "sends callbacks to callers' servers",
};

const callsMcp = 'calls the MCP servers in the setting mcpServers';
const mcpNeeds: Readonly<Record<string, string>> = {
  'chat-buffered': callsMcp,
  'task-worker': callsMcp,
};
