import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Foundation } from '#infra/foundation.ts';
import { modelAccess } from '#infra/functions/model-access.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';

type Named = Readonly<Record<string, string>>;

/**
 * How functions are told of knowledge bases and agents: by parameters, so that one template can
 * be hosted with others than those that it is deployed with.
 */
export function namesOf(stack: Stack, props: StreambedProps): Readonly<Record<string, string>> {
  const parameter = (id: string, description: string, names: Named): string => {
    const entries = Object.entries(names).map(([name, address]) => `${name}=${address}`);
    return new CfnParameter(stack, id, { description, default: entries.join(',') }).valueAsString;
  };
  return {
    KNOWLEDGE_BASES: parameter('KnowledgeBases', 'name=ID,name=ID', props.knowledgeBases),
    KNOWLEDGE_OWNER_ATTRIBUTE: props.knowledgeOwnerAttribute,
    MCP_SERVERS: parameter('McpServers', 'name=URL,name=URL', props.mcpServers),
    AGENTS: parameter('Agents', 'name=RUNTIME_ARN,name=AGENTID/ALIASID', props.agents),
  };
}

/** What may search, and ask agents: those that are named in the settings, and no others. */
export function helpersAccess(stack: Stack, props: StreambedProps): readonly PolicyStatement[] {
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
    // It knows no resources; what it may search and ask is held to the others.
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

function knowledgeArns(stack: Stack, { knowledgeBases }: StreambedProps): readonly string[] {
  return Object.values(knowledgeBases).map((id) =>
    stack.formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: id }),
  );
}

/** The door to search in documents. */
export function addKnowledge({
  stack,
  props,
  table,
  spending,
  helpers,
}: Foundation): StreambedFunction {
  const search = new StreambedFunction(stack, 'KnowledgeFunction', {
    bundle: 'knowledge',
    timeout: Duration.seconds(29),
    environment: { ...spending, ...helpers },
  });
  table.grantLedger(search.role);
  const resources = [...knowledgeArns(stack, props)];
  if (resources.length > 0) {
    search.role.addToPolicy(new PolicyStatement({ actions: ['bedrock:Retrieve'], resources }));
  }
  return search;
}
