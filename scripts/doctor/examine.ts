import { checkAccount } from '#scripts/doctor/checks/account.ts';
import { checkFunctions } from '#scripts/doctor/checks/functions.ts';
import { checkModels } from '#scripts/doctor/checks/models.ts';
import { checkQueues } from '#scripts/doctor/checks/queues.ts';
import { checkUrls } from '#scripts/doctor/checks/urls.ts';
import type { StackFacts } from '#scripts/doctor/facts.ts';
import { createAttempts, type Finding } from '#scripts/doctor/finding.ts';
import { createClients, type AccountConfig } from '#scripts/doctor/read/clients.ts';
import { readAccount } from '#scripts/doctor/read/read-account.ts';
import { readFunctions } from '#scripts/doctor/read/read-functions.ts';
import { readModels } from '#scripts/doctor/read/read-models.ts';
import { readQueues, readSources } from '#scripts/doctor/read/read-queues.ts';
import { readRoutes } from '#scripts/doctor/read/read-routes.ts';
import { readStack } from '#scripts/doctor/read/read-stack.ts';

export interface Examination {
  readonly stack: string;
  readonly account: AccountConfig;
  /** Milliseconds since 1970, by the clock of this machine. */
  now(): number;
}

/** Reads a deployed stack and returns what is wrong. Nothing is changed, and no model is asked. */
export async function examineStack(examination: Examination): Promise<readonly Finding[]> {
  const { now } = examination;
  const attempts = createAttempts();
  const clients = createClients(examination.account);
  const account = await readAccount(clients, now, attempts);
  const call = {
    check: 'stack',
    action: 'cloudformation:DescribeStacks and cloudformation:ListStackResources',
    resource: examination.stack,
  };
  const region = await clients.lambda.config.region();
  const resources = await attempts.read(call, () => readStack(clients, examination.stack));
  if (resources === undefined) return attempts.failures();
  if (resources === 'missing') return [missingStack(examination.stack, region)];
  const functions = await readFunctions(clients, resources, attempts);
  const [queues, sources, routes, models] = await Promise.all([
    readQueues(clients, resources, attempts),
    readSources(clients, functions, attempts),
    readRoutes(clients, resources, attempts),
    readModels(clients, { functions, region }, attempts),
  ]);
  const { name, parameters } = resources;
  const pageOrigin = parameters.get('PageOrigin');
  const stack = { name, functions, queues, sources, routes, pageOrigin };
  return [
    ...checkAccount(account, stack),
    ...checkModels(models, now()),
    ...checkStack(stack),
    ...attempts.failures(),
  ];
}

function missingStack(resource: string, region: string): Finding {
  return {
    check: 'stack',
    severity: 'error',
    resource,
    message: `there is no such stack in ${region}`,
    fix: 'Set AWS_REGION and AWS_PROFILE to those of the deployment: aws cloudformation list-stacks',
  };
}

/** Returns what is wrong with a stack, by its own settings. */
export function checkStack(stack: StackFacts): readonly Finding[] {
  return [...checkUrls(stack), ...checkFunctions(stack), ...checkQueues(stack)];
}
