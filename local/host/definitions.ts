import { readTable } from '#local/dynamodb/read-tables.ts';
import { readEventBus, readEventRule } from '#local/events/bus/read-rules.ts';
import { readScheduleResource } from '#local/events/rules.ts';
import { readUrl } from '#local/function-url/read-urls.ts';
import { readHttpApis } from '#local/http-api/read-http-api.ts';
import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { readEventSources } from '#local/lambda/event-sources/read-event-sources.ts';
import { readPermission } from '#local/lambda/definition/read-permissions.ts';
import { readFunctions } from '#local/lambda/definition/read-functions.ts';
import { readLogGroups } from '#local/logs/read-log-groups.ts';
import { readApis } from '#local/rest-api/definition/read-api.ts';
import { readApiKeys, readUsagePlans } from '#local/rest-api/definition/read-usage-plans.ts';
import { readBuckets } from '#local/s3/read-buckets.ts';
import {
  readMachineAlias,
  readMachineVersion,
} from '#local/step-functions/definition/read-aliases.ts';
import { readSecret } from '#local/secrets-manager/read-secrets.ts';
import { readParameter } from '#local/ssm/read-parameters.ts';
import { readStateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { readUserPools } from '#local/sign-in/read-user-pools.ts';
import { readTopics } from '#local/sns/read-topics.ts';
import { readQueue } from '#local/sqs/read-queues.ts';
import { readWebFunctions } from '#local/web-functions/definition/read-web-functions.ts';
import { readWebSocketApis } from '#local/websocket-api/read-websocket-apis.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** The resource types that are hosted here, and what reads them. */
const readers = {
  functions: {
    types: ['AWS::Lambda::Function', 'AWS::Lambda::LayerVersion'],
    read: readFunctions,
  },
  webFunctions: {
    // CDK copies the code of web functions by a custom resource.
    types: [
      'AWS::Lambda::WebFunction',
      'AWS::Lambda::WebFunctionRevision',
      'AWS::Lambda::WebFunctionEndpoint',
      'AWS::Lambda::ResourcePolicy',
      'Custom::S3ObjectCopy',
    ],
    read: readWebFunctions,
  },
  urls: each(['AWS::Lambda::Url'], readUrl),
  permissions: each(['AWS::Lambda::Permission'], readPermission),
  apis: { types: ['AWS::ApiGateway::RestApi'], read: readApis },
  httpApis: {
    types: ['AWS::ApiGatewayV2::Api'],
    read: (stacks: Stacks) => readHttpApis(stacks),
  },
  webSocketApis: {
    types: ['AWS::ApiGatewayV2::Api'],
    read: (stacks: Stacks) => readWebSocketApis(stacks),
  },
  apiKeys: { types: ['AWS::ApiGateway::ApiKey'], read: readApiKeys },
  usagePlans: {
    types: ['AWS::ApiGateway::UsagePlan', 'AWS::ApiGateway::UsagePlanKey'],
    read: readUsagePlans,
  },
  logGroups: { types: ['AWS::Logs::LogGroup'], read: readLogGroups },
  tables: each(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'], readTable),
  queues: each(['AWS::SQS::Queue'], readQueue),
  eventSources: { types: ['AWS::Lambda::EventSourceMapping'], read: readEventSources },
  eventBuses: each(['AWS::Events::EventBus'], readEventBus),
  rules: each(['AWS::Events::Rule'], readEventRule),
  schedules: each(['AWS::Scheduler::Schedule'], readScheduleResource),
  buckets: { types: ['AWS::S3::Bucket', 'Custom::S3BucketNotifications'], read: readBuckets },
  parameters: each(['AWS::SSM::Parameter'], readParameter),
  secrets: each(['AWS::SecretsManager::Secret'], (resource, { secret }) =>
    readSecret(resource, secret),
  ),
  stateMachines: each(['AWS::StepFunctions::StateMachine'], (resource, { warn }) =>
    readStateMachine(resource, warn),
  ),
  machineVersions: each(['AWS::StepFunctions::StateMachineVersion'], readMachineVersion),
  machineAliases: each(['AWS::StepFunctions::StateMachineAlias'], readMachineAlias),
  topics: { types: ['AWS::SNS::Topic', 'AWS::SNS::Subscription'], read: readTopics },
  userPools: { types: ['AWS::Cognito::UserPool'], read: readUserPools },
};

/** What readers need besides the stacks. */
export interface ReaderSettings extends CodeSettings {
  /** Returns the same secret for the same label. */
  secret(label: string): string;
}

type Stacks = readonly OpenStack[];
type Readers = typeof readers;

/** What some stacks define that is hosted here, with every reference resolved. */
export type Definitions = {
  readonly [Name in keyof Readers]: Awaited<ReturnType<Readers[Name]['read']>>;
};

/** Reads all definitions. Throws an error that names the resource and the property at fault. */
export async function readDefinitions(stacks: Stacks, code: ReaderSettings): Promise<Definitions> {
  const definitions: unknown[][] = [];
  for (const [name, { read }] of Object.entries(readers)) {
    definitions.push([name, await read(stacks, code)]);
  }
  return Object.fromEntries(definitions);
}

/** A reader of single resources. It leaves out those for which `read` returns undefined. */
function each<Definition>(
  types: readonly string[],
  read: (resource: Resource, code: ReaderSettings) => Definition | undefined,
): {
  readonly types: readonly string[];
  read(stacks: Stacks, code: ReaderSettings): readonly Definition[];
} {
  return {
    types,
    read: (stacks, code) =>
      stacks
        .flatMap((stack) => stack.ofType(...types))
        .map((resource) => read(resource, code))
        .filter((definition) => definition !== undefined),
  };
}

/**
 * Types that need no reader: nested stacks are opened, custom resources run, and the others
 * configure, grant or watch.
 */
const typesWithoutReader =
  /^AWS::CloudFormation::(?:Stack|CustomResource)$|^Custom::|^AWS::(?:IAM|CloudWatch|CDK|KMS)::|^AWS::Logs::(?!SubscriptionFilter$|LogGroup$)|^AWS::ApiGateway(?:V2)?::|^AWS::Cognito::UserPool(?:Client|Domain)$|^AWS::Lambda::(?:Alias|EventInvokeConfig|Version|LayerVersionPermission)$|^AWS::SNS::Topic(?:Inline)?Policy$|^AWS::SQS::Queue(?:Inline)?Policy$|^AWS::S3::BucketPolicy$|^AWS::SecretsManager::ResourcePolicy$|^AWS::Events::EventBusPolicy$|^AWS::Scheduler::ScheduleGroup$/u;

/** Returns the types of resources that are not hosted here, each once, sorted. */
export function unhostedTypes(stacks: Stacks): readonly string[] {
  const hosted = new Set(Object.values(readers).flatMap((reader) => reader.types));
  const types = stacks.flatMap(({ template }) =>
    [...template.resources.values()].map(({ type }) => type),
  );
  return [...new Set(types)]
    .filter((type) => !hosted.has(type) && !typesWithoutReader.test(type))
    .toSorted();
}

/** Properties that decide something on AWS and nothing here. */
const unhostedProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGateway::Stage': ['AccessLogSetting'],
  'AWS::Cognito::UserPool': ['MfaConfiguration'],
  'AWS::Lambda::Function': ['VpcConfig'],
};

/** Returns the properties of the stacks that have no effect here, each once as a notice. */
export function withoutEffect(stacks: Stacks): readonly string[] {
  return Object.entries(unhostedProperties).flatMap(([type, names]) =>
    names
      .filter((name) =>
        stacks.some((stack) =>
          stack.ofType(type).some(({ properties }) => isSet(properties.raw(name))),
        ),
      )
      .map((name) => `${name} of ${type} has no effect here`),
  );
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== 'OFF';
}

/** Services that leave nothing in a template but the permission to invoke a function. */
const callersOnly = /^(?:alexa-[\w-]+\.amazon|(?:connect|lex|lexv2|ses)\.amazonaws)\.com$/u;

/** Returns what invokes the functions of the stacks on AWS and not here, each as a notice. */
export function unhostedCallers(stacks: Stacks): readonly string[] {
  return stacks
    .flatMap((stack) => stack.ofType('AWS::Lambda::Permission'))
    .map(
      ({ properties }) => [properties.text('Principal'), properties.text('FunctionName')] as const,
    )
    .filter(([principal]) => callersOnly.test(principal))
    .map(([principal, name]) => `${principal} is not hosted here, so it does not invoke ${name}`);
}
