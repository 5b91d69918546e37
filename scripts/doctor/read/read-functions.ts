import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { FunctionFacts, LogGroupFacts, UrlFacts } from '#scripts/doctor/facts.ts';
import type { Attempts, Call } from '#scripts/doctor/finding.ts';
import type { Clients } from '#scripts/doctor/read/clients.ts';
import { readStatements } from '#scripts/doctor/read/read-statements.ts';
import type { StackResource, StackResources } from '#scripts/doctor/read/read-stack.ts';

/** How many functions are read at once; Lambda's control plane allows 15 calls a second. */
const functionsAtOnce = 3;

/** Reads the functions of a stack with their URLs, policies and log groups. */
export async function readFunctions(
  clients: Clients,
  stack: StackResources,
  attempts: Attempts,
): Promise<readonly FunctionFacts[]> {
  const resources = stack.ofType('AWS::Lambda::Function');
  const found: FunctionFacts[] = [];
  for (let start = 0; start < resources.length; start += functionsAtOnce) {
    const group = resources.slice(start, start + functionsAtOnce);
    const read = await Promise.all(
      group.map((resource) => readFunction(clients, resource, attempts)),
    );
    found.push(...read.filter((each) => each !== undefined));
  }
  return found;
}

async function readFunction(
  clients: Clients,
  { logicalId, physicalId: FunctionName }: StackResource,
  attempts: Attempts,
): Promise<FunctionFacts | undefined> {
  const { lambda } = clients;
  const call = (check: string, action: string): Call => ({ check, action, resource: logicalId });
  const configuration = await attempts.read(
    call('functions', 'lambda:GetFunctionConfiguration'),
    () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
  );
  if (configuration === undefined) return undefined;
  const { Timeout = 3, Runtime = '', Environment, LoggingConfig } = configuration;
  const group = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
  const [url, policy, concurrency, logGroup] = await Promise.all([
    attempts.read(call('url-access', 'lambda:GetFunctionUrlConfig'), () =>
      orUndefined(lambda.send(new GetFunctionUrlConfigCommand({ FunctionName }))),
    ),
    attempts.read(call('url-permissions', 'lambda:GetPolicy'), async () => {
      const found = await orUndefined(lambda.send(new GetPolicyCommand({ FunctionName })));
      return readStatements(found?.Policy);
    }),
    attempts.read(call('concurrency', 'lambda:GetFunctionConcurrency'), () =>
      lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
    ),
    attempts.read(call('log-retention', 'logs:DescribeLogGroups'), () =>
      readLogGroup(clients, group),
    ),
  ]);
  return {
    logicalId,
    policy,
    logGroup,
    name: FunctionName,
    timeoutSeconds: Timeout,
    runtime: Runtime,
    environment: Environment?.Variables ?? {},
    url: url === undefined ? undefined : toUrl(url),
    reservedConcurrency: concurrency?.ReservedConcurrentExecutions,
  };
}

/** Lambda answers 404 for a function that has no URL or no policy. */
async function orUndefined<Output>(sending: Promise<Output>): Promise<Output | undefined> {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function toUrl(url: {
  readonly AuthType?: string | undefined;
  readonly InvokeMode?: string | undefined;
  readonly Cors?: { readonly AllowOrigins?: readonly string[] | undefined } | undefined;
}): UrlFacts {
  const { AuthType = '', InvokeMode = 'BUFFERED', Cors } = url;
  return { authType: AuthType, invokeMode: InvokeMode, allowOrigins: Cors?.AllowOrigins ?? [] };
}

/** Lambda makes a group with the first line. Until then there is nothing to keep. */
async function readLogGroup({ logs }: Clients, name: string): Promise<LogGroupFacts | undefined> {
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
  );
  const group = logGroups.find(({ logGroupName }) => logGroupName === name);
  return group === undefined ? undefined : { name, retentionDays: group.retentionInDays };
}
