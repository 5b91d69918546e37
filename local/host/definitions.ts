import { readTable, type TableDefinition } from '#local/dynamodb/read-tables.ts';
import { readRule, type RuleDefinition } from '#local/events/rules.ts';
import { readUrl, type UrlDefinition } from '#local/function-url/read-urls.ts';
import type { HttpApiDefinition } from '#local/http-api/http-api-definition.ts';
import { readHttpApis } from '#local/http-api/read-http-api.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import {
  readEventSource,
  type EventSourceDefinition,
} from '#local/lambda/definition/read-event-sources.ts';
import { readFunctions } from '#local/lambda/definition/read-functions.ts';
import type {
  ApiDefinition,
  ApiKeyDefinition,
  UsagePlanDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import { readApis } from '#local/rest-api/definition/read-api.ts';
import { readApiKeys, readUsagePlans } from '#local/rest-api/definition/read-usage-plans.ts';
import { readBuckets, type BucketDefinition } from '#local/s3/read-buckets.ts';
import {
  readStateMachine,
  type StateMachine,
} from '#local/step-functions/definition/read-state-machines.ts';
import { readUserPools, type UserPoolDefinition } from '#local/sign-in/read-user-pools.ts';
import { readQueue, type QueueDefinition } from '#local/sqs/read-queues.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** What of some stacks is hosted here, every reference resolved. */
export interface Definitions {
  readonly functions: readonly FunctionDefinition[];
  readonly urls: readonly UrlDefinition[];
  readonly apis: readonly ApiDefinition[];
  readonly httpApis: readonly HttpApiDefinition[];
  readonly apiKeys: readonly ApiKeyDefinition[];
  readonly usagePlans: readonly UsagePlanDefinition[];
  readonly tables: readonly TableDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly eventSources: readonly EventSourceDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly buckets: readonly BucketDefinition[];
  readonly stateMachines: readonly StateMachine[];
  readonly userPools: readonly UserPoolDefinition[];
}

/** Resolves all of it. Throws an error that names the resource and the property at fault. */
export async function readDefinitions(
  stacks: readonly OpenStack[],
  code: CodeSettings,
): Promise<Definitions> {
  const ofType = (...types: readonly string[]): readonly Resource[] =>
    stacks.flatMap((stack) => stack.ofType(...types));
  return {
    functions: await readFunctions(stacks, code),
    urls: ofType('AWS::Lambda::Url').map(readUrl),
    apis: readApis(stacks),
    httpApis: readHttpApis(stacks, code.warn),
    apiKeys: readApiKeys(stacks),
    usagePlans: readUsagePlans(stacks),
    tables: ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(readTable),
    queues: ofType('AWS::SQS::Queue').map(readQueue),
    eventSources: ofType('AWS::Lambda::EventSourceMapping').flatMap((item) =>
      readSource(item, code),
    ),
    rules: ofType('AWS::Events::Rule', 'AWS::Scheduler::Schedule').flatMap(
      (item) => readRule(item) ?? [],
    ),
    buckets: readBuckets(stacks),
    stateMachines: ofType('AWS::StepFunctions::StateMachine').map((item) =>
      readStateMachine(item, code.warn),
    ),
    userPools: readUserPools(stacks),
  };
}

function readSource(resource: Resource, { warn }: CodeSettings): readonly EventSourceDefinition[] {
  const source = readEventSource(resource);
  if (source !== undefined) return [source];
  warn(`${resource.key}: only queues are hosted as event sources`);
  return [];
}
