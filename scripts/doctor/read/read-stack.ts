import {
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Clients } from '#scripts/doctor/read/clients.ts';

/** A stack and the names of its resources. */
export interface StackResources {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Returns the resources of a type: logical and physical ids. */
  ofType(type: string): readonly StackResource[];
}

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
}

/** Reads the resources of a stack, and of those nested in it. */
export async function readStack(
  clients: Clients,
  name: string,
): Promise<StackResources | 'missing'> {
  const stack = await describeStack(clients, name);
  if (stack === undefined) return 'missing';
  const parameters = (stack.Parameters ?? []).map(
    ({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue] as const,
  );
  const resources = await listResources(clients, name);
  return {
    name,
    parameters: new Map(parameters),
    ofType: (type) =>
      resources
        .filter(({ ResourceType }) => ResourceType === type)
        .map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => ({
          logicalId: LogicalResourceId,
          physicalId: PhysicalResourceId,
        })),
  };
}

/** CloudFormation has no code of its own for a stack that does not exist. */
async function describeStack(
  { cloudFormation }: Clients,
  StackName: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0];
  } catch (error) {
    if (error instanceof Error && error.message.endsWith('does not exist')) return undefined;
    throw error;
  }
}

async function listResources(
  { cloudFormation: client }: Clients,
  StackName: string,
): Promise<readonly StackResourceSummary[]> {
  const names = [StackName];
  const found: StackResourceSummary[] = [];
  for (const name of names) {
    for await (const page of paginateListStackResources({ client }, { StackName: name })) {
      const resources = page.StackResourceSummaries ?? [];
      found.push(...resources);
      const nested = resources.filter((each) => each.ResourceType === 'AWS::CloudFormation::Stack');
      names.push(...nested.flatMap(({ PhysicalResourceId: id }) => (id === undefined ? [] : [id])));
    }
  }
  return found;
}

/** Returns the names of the account's stacks that no other stack created. */
export async function listStacks({ cloudFormation }: Clients): Promise<readonly string[]> {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
  return Stacks.filter(({ RootId }) => RootId === undefined).flatMap(({ StackName }) =>
    StackName === undefined ? [] : [StackName],
  );
}
