import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Foundation } from '#infra/foundation.ts';
import { grantTurns } from '#infra/functions/turn-access.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';

/**
 * Returns the environment variables for knowledge bases, MCP servers and agents. They are template
 * parameters, so that the local host can use other ones than the deployment.
 */
export function toExtensionsEnv(
  stack: Stack,
  props: StreambedProps,
): Readonly<Record<string, string>> {
  const parameter = (id: string, description: string, addresses: Addresses): string => {
    const entries = Object.entries(addresses).map(([name, address]) => `${name}=${address}`);
    return new CfnParameter(stack, id, { description, default: entries.join(',') }).valueAsString;
  };
  return {
    KNOWLEDGE_BASES: parameter('KnowledgeBases', 'name=ID,name=ID', props.knowledgeBases),
    KNOWLEDGE_OWNER_ATTRIBUTE: props.knowledgeOwnerAttribute,
    MCP_SERVERS: parameter('McpServers', 'name=URL,name=URL', props.mcpServers),
    AGENTS: parameter('Agents', 'name=RUNTIME_ARN,name=AGENTID/ALIASID', props.agents),
  };
}

/** IDs, ARNs or URLs by the names that requests use. */
type Addresses = Readonly<Record<string, string>>;

/** Returns the permissions for the knowledge bases and agents in the settings, and no others. */
export function extensionAccess(stack: Stack, props: StreambedProps): readonly PolicyStatement[] {
  const runtimes = Object.values(props.agents).filter((address) => address.startsWith('arn:'));
  const aliases = Object.values(props.agents)
    .filter((address) => !address.startsWith('arn:'))
    .map((address) =>
      stack.formatArn({ service: 'bedrock', resource: 'agent-alias', resourceName: address }),
    );
  const statements: readonly (readonly [string, readonly string[]])[] = [
    ['bedrock:Retrieve', knowledgeArns(stack, props)],
    // An endpoint of a runtime is a resource of its own.
    ['bedrock-agentcore:InvokeAgentRuntime', runtimes.flatMap((arn) => [arn, `${arn}/*`])],
    ['bedrock:InvokeAgent', aliases],
    // This action has no resource types. The other statements limit what it can search and call.
    ['bedrock:RetrieveAndGenerate', knowledgeArns(stack, props).length > 0 ? ['*'] : []],
  ];
  const generating =
    knowledgeArns(stack, props).length > 0
      ? modelAccess(stack, props.models, { actions: ['InvokeModel'] })
      : [];
  return [
    ...generating,
    ...statements
      .filter(([, resources]) => resources.length > 0)
      .map(([action, resources]) => {
        return new PolicyStatement({ actions: [action], resources: [...resources] });
      }),
  ];
}

/** Returns why these permissions are as wide as they are, by the ids of cdk-nag's findings. */
export function extensionReasons({ agents }: StreambedProps): Readonly<Record<string, string>> {
  const runtimes = Object.values(agents).filter((address) => address.startsWith('arn:'));
  return {
    'IAM5[Resource::*]': 'RetrieveAndGenerate has no resource types.',
    ...Object.fromEntries(
      runtimes.map((arn) => [`IAM5[Resource::${arn}/*]`, 'The endpoints of one runtime.'] as const),
    ),
  };
}

function knowledgeArns(stack: Stack, { knowledgeBases }: StreambedProps): readonly string[] {
  return Object.values(knowledgeBases).map((id) =>
    stack.formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: id }),
  );
}

/** Adds the function that searches in knowledge bases. */
export function addKnowledge(foundation: Foundation): StreambedFunction {
  const { stack, props, limitsEnv, extensionsEnv, tracingEnv } = foundation;
  const search = new StreambedFunction(stack, 'KnowledgeFunction', {
    bundle: 'knowledge',
    timeout: Duration.seconds(29),
    environment: { ...limitsEnv, ...extensionsEnv, ...tracingEnv },
  });
  grantTurns(foundation, search);
  const resources = [...knowledgeArns(stack, props)];
  if (resources.length > 0) {
    search.role.addToPolicy(new PolicyStatement({ actions: ['bedrock:Retrieve'], resources }));
  }
  return search;
}
