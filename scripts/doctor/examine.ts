import { checkClock, checkConcurrency } from '#scripts/doctor/checks/account.ts';
import { checkFunctions } from '#scripts/doctor/checks/functions.ts';
import { checkModels } from '#scripts/doctor/checks/models.ts';
import { checkQueues } from '#scripts/doctor/checks/queues.ts';
import { checkUrls } from '#scripts/doctor/checks/urls.ts';
import type { StackFacts } from '#scripts/doctor/facts.ts';
import { createAttempts, type Finding } from '#scripts/doctor/finding.ts';
import { createClients, type AccountConfig, type Clients } from '#scripts/doctor/read/clients.ts';
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
  const region = await regionOf(clients);
  const account = await readAccount(clients, now, attempts);
  const call = {
    check: 'stack',
    action: 'cloudformation:DescribeStacks and cloudformation:ListStackResources',
    resource: examination.stack,
  };
  const resources = await attempts.read(call, () => readStack(clients, examination.stack));
  // A wrong clock can be why nothing could be read.
  const clock = checkClock(account);
  if (resources === undefined) return [...clock, ...attempts.failures()];
  if (resources === 'missing') return [...clock, missingStack(examination.stack, region)];
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
    ...clock,
    ...checkConcurrency(account, stack),
    ...checkModels(models, now()),
    ...checkStack(stack),
    ...attempts.failures(),
  ];
}

/** Throws a sentence with the remedy if no Region is set. */
async function regionOf({ lambda }: Clients): Promise<string> {
  try {
    return await lambda.config.region();
  } catch (error) {
    throw new Error('No Region is set. Set AWS_REGION, or region in your AWS profile.', {
      cause: error,
    });
  }
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
