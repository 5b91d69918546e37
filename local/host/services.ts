import { join } from 'node:path';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { createBedrock, type BedrockOptions } from '#local/bedrock/bedrock.ts';
import { createCloudFormationEngine, createStsEngine } from '#local/cloudformation/operations.ts';
import { createCloudWatchEngine } from '#local/cloudwatch/cloudwatch-engine.ts';
import type { MetricStore } from '#local/cloudwatch/metric-store.ts';
import type { FunctionUrls } from '#local/function-url/function-urls.ts';
import { createRemoteEngines, localEndpoints } from '#local/host/remote-services.ts';
import type { Resolved } from '#local/host/resolve.ts';
import { startTables, type Tables } from '#local/dynamodb/tables.ts';
import {
  asyncSchema,
  createAsyncEvents,
  type AsyncEvents,
  type Deliver,
} from '#local/lambda/invoke/async-events.ts';
import { createDelivery } from '#local/lambda/invoke/delivery.ts';
import type { Account } from '#local/lambda/pool/account.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { createFunctions, type Functions } from '#local/lambda/functions.ts';
import { createLambdaEngine, type LambdaApi } from '#local/lambda/lambda-engine.ts';
import { createCodeUploads } from '#local/lambda/api/code-uploads.ts';
import { invalidParameter } from '#local/lambda/api/lambda-errors.ts';
import type { Policies } from '#local/lambda/api/policies.ts';
import type { LogStore } from '#local/logs/log-store.ts';
import { createLogsEngine } from '#local/logs/operations.ts';
import type { Queues } from '#local/sqs/queues.ts';
import { createApiGatewayEngine } from '#local/rest-api/api-gateway-engine.ts';
import { createSqs, type Sqs } from '#local/sqs/sqs.ts';
import type { ObjectStore } from '#local/s3/object-store.ts';
import { startS3, type S3 } from '#local/s3/s3.ts';
import { createServiceCaller, type ServiceCaller } from '#local/gateway/service-caller.ts';
import { createStepFunctions, type StepFunctions } from '#local/step-functions/step-functions.ts';
import { createCognitoEngine } from '#local/sign-in/operations.ts';
import { openStore } from '#local/process/store.ts';
import { createTracesEngine } from '#local/traces/traces-engine.ts';

/** The AWS services that run here, all behind the gateway. */
export interface Services {
  /** What answers requests, by the name that they are signed for. */
  readonly engines: ReadonlyMap<string, Engine>;
  readonly functions: Functions;
  readonly asyncEvents: AsyncEvents;
  readonly sqs: Sqs;
  readonly s3: S3;
  readonly stepFunctions: StepFunctions;
  readonly tables: Tables;
  readonly caller: ServiceCaller;
  readonly deliver: Deliver;
}

/** The functions that the services invoke, and what is known of their invocations. */
export interface FunctionHosts {
  readonly hosts: readonly FunctionHost[];
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly urls: FunctionUrls;
  readonly policies: Policies;
  readonly account: Account;
}

/** Starts the services, with the definitions that they answer by; `closing` closes them. */
export async function startServices(
  resolved: Resolved,
  { hosts, logs, metrics, ...lambdaParts }: FunctionHosts,
  closing: AsyncDisposableStack,
): Promise<Services> {
  const { data, region, clock, definitions, endpoints, gateway } = resolved;
  const { credentials } = resolved.secrets;
  const { disk } = resolved.directory;
  const common = { data, disk, credentials, region, clock, gateway: () => gateway.url };
  const tables = await startTables(join(data, 'dynamodb'), { credentials, disk });
  closing.defer(() => tables.close());
  const sqs = createSqs(common);
  closing.defer(() => sqs.close());
  const caller = createServiceCaller({ ...common, endpoints: localEndpoints(endpoints) });
  const machines = definitions.stateMachines;
  const stepFunctions = createStepFunctions({ ...common, caller, machines });
  closing.defer(() => stepFunctions.close());
  const functions = createFunctions(hosts);
  const targets = { functions, queues: sqs.queues, stepFunctions };
  const { asyncEvents, deliver } = openAsyncEvents(resolved, targets, closing);
  const s3 = await startS3({ ...common, deliver, buckets: () => definitions.buckets });
  closing.defer(() => s3.close());
  const identity = identityOf(resolved);
  const bedrock = createBedrock({ ...resolved.bedrock, region, identity });
  const cloudFormation = { credentials, region, stacks: () => resolved.stacks };
  const lambda = { ...lambdaResources(resolved, s3.store), functions, asyncEvents, ...lambdaParts };
  const engines = new Map([
    ['apigateway', createApiGatewayEngine({ credentials, apis: () => definitions.apis, region })],
    ['bedrock', bedrock.engine],
    ['cloudformation', createCloudFormationEngine(cloudFormation)],
    ['cognito-idp', createCognitoEngine({ credentials, pools: () => resolved.userPools })],
    ['dynamodb', tables.engine],
    ['lambda', createLambdaEngine(lambda)],
    ['monitoring', createCloudWatchEngine({ metrics, credentials, now: clock.now })],
    ['logs', createLogsEngine({ logs, credentials, region })],
    ['s3', s3.engine],
    ['sqs', sqs.engine],
    ['states', stepFunctions.engine],
    ['sts', createStsEngine(credentials)],
    ['traces', createTracesEngine({ store: resolved.traces, identity, region })],
    ...createRemoteEngines(endpoints, credentials, region),
  ]);
  return { engines, caller, functions, asyncEvents, sqs, s3, stepFunctions, tables, deliver };
}

function identityOf({ secrets, bedrockKey }: Resolved): BedrockOptions['identity'] {
  return {
    mode: 'strict',
    credentials: [secrets.credentials],
    apiKeys: [bedrockKey],
    anyRegion: true,
  };
}

/** Where asynchronous events and messages are delivered. */
interface DeliveryTargets {
  readonly functions: Functions;
  readonly queues: Queues;
  readonly stepFunctions: StepFunctions;
}

function openAsyncEvents(
  { data, directory, clock, notices }: Resolved,
  { functions, queues, stepFunctions }: DeliveryTargets,
  closing: AsyncDisposableStack,
): Pick<Services, 'asyncEvents' | 'deliver'> {
  const store = openStore(join(data, 'lambda.sqlite'), asyncSchema, directory.disk);
  closing.defer(() => store.close());
  const deliver = createDelivery({
    queues,
    warn: notices.warn,
    invoke: (arn, body) => asyncEvents.send(arn, body),
    execute(arn, input) {
      const machine = stepFunctions.findMachine(arn);
      if (machine !== undefined) stepFunctions.executions.start(machine, { input });
      return machine !== undefined;
    },
  });
  const asyncEvents = createAsyncEvents({ store, clock, functions, deliver });
  closing.defer(() => asyncEvents.close());
  return { asyncEvents, deliver };
}

/** What Lambda's API reads and changes, apart from functions and their URLs. */
function lambdaResources(
  { region, secrets, shaping, definitions, data, clock }: Resolved,
  objects: ObjectStore,
): Omit<LambdaApi, 'functions' | 'asyncEvents' | 'urls' | 'policies' | 'account'> {
  return {
    region,
    shaping,
    credentials: secrets.credentials,
    uploads: createCodeUploads({
      folder: join(data, 'uploads'),
      readObject: (bucket, key) => readArchive(objects, bucket, key),
    }),
    eventSources: () => definitions.eventSources,
    webFunctions: {
      region,
      definitions: definitions.webFunctions,
      createdAt: new Date(clock.now()),
    },
  };
}

/** Returns an object of a bucket. Throws Lambda's error if it does not exist. */
function readArchive(objects: ObjectStore, bucket: string, key: string): Promise<Buffer> {
  const object = objects.find(bucket, key);
  if (object !== undefined) return objects.read(object.file);
  const hasBucket = objects.buckets().some(({ name }) => name === bucket);
  const [code, message] = hasBucket
    ? ['NoSuchKey', 'The specified key does not exist.']
    : ['NoSuchBucket', 'The specified bucket does not exist'];
  throw invalidParameter(
    `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`,
  );
}
