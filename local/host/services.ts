import { randomUUID } from 'node:crypto';
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
import { createEventBridge, type EventBridge } from '#local/events/bus/event-bridge.ts';
import type { NewEvent } from '#local/events/bus/put-events.ts';
import {
  asyncSchema,
  createAsyncEvents,
  type AsyncEvents,
} from '#local/lambda/invoke/async-events.ts';
import { createDelivery, createSender, type Deliver } from '#local/lambda/invoke/delivery.ts';
import type { Account } from '#local/lambda/pool/account.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { createFunctions, type Functions } from '#local/lambda/functions.ts';
import { createLambdaEngine, type LambdaApi } from '#local/lambda/lambda-engine.ts';
import { createCodeUploads } from '#local/lambda/api/code-uploads.ts';
import { invalidParameter } from '#local/lambda/api/lambda-errors.ts';
import type { Policies } from '#local/lambda/api/policies.ts';
import { findGroup } from '#local/logs/group-operations.ts';
import type { LogStore } from '#local/logs/log-store.ts';
import { createLogsEngine } from '#local/logs/operations.ts';
import { createApiGatewayEngine } from '#local/rest-api/api-gateway-engine.ts';
import {
  createSecretsManager,
  type SecretsManager,
} from '#local/secrets-manager/secrets-manager.ts';
import { createSns, type Sns } from '#local/sns/sns.ts';
import { createSsm, type Ssm } from '#local/ssm/ssm.ts';
import { createSqs, type Sqs } from '#local/sqs/sqs.ts';
import type { ObjectStore } from '#local/s3/object-store.ts';
import { startS3, type S3 } from '#local/s3/s3.ts';
import { createServiceCaller, type ServiceCaller } from '#local/gateway/service-caller.ts';
import { createStepFunctions, type StepFunctions } from '#local/step-functions/step-functions.ts';
import type { DeclaredMachines } from '#local/step-functions/machines/machine-store.ts';
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
  readonly ssm: Ssm;
  readonly secretsManager: SecretsManager;
  readonly caller: ServiceCaller;
  readonly eventBridge: EventBridge;
  readonly sns: Sns;
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
  functionHosts: FunctionHosts,
  closing: AsyncDisposableStack,
): Promise<Services> {
  const { data, region, clock, definitions, endpoints, gateway } = resolved;
  const { credentials } = resolved.secrets;
  const { disk } = resolved.directory;
  const common = { data, disk, credentials, region, clock, gateway: () => gateway.url };
  const tables = await startTables(join(data, 'dynamodb'), common);
  closing.defer(() => tables.close());
  const sqs = createSqs(common);
  closing.defer(() => sqs.close());
  const ssm = createSsm(common);
  closing.defer(() => ssm.close());
  const secretsManager = createSecretsManager(common);
  closing.defer(() => secretsManager.close());
  const caller = createServiceCaller({ ...common, endpoints: localEndpoints(endpoints) });
  const stepFunctions = createStepFunctions({
    ...common,
    logs: functionHosts.logs,
    caller,
    declared: declaredMachines(definitions),
  });
  closing.defer(() => stepFunctions.close());
  const functions = createFunctions(functionHosts.hosts);
  const parts = { functions, sqs, stepFunctions, logs: functionHosts.logs };
  const delivery = openDelivery(resolved, parts, closing);
  const { deliver, eventBridge } = delivery;
  const emit = (event: NewEvent): void => void eventBridge.emit('default', event);
  const s3 = await startS3({ ...common, deliver, emit, buckets: () => definitions.buckets });
  closing.defer(() => s3.close());
  const stored = { tables, sqs, ssm, secretsManager, s3, stepFunctions };
  const services = { ...stored, ...delivery, caller, functions };
  return { ...services, engines: enginesOf(resolved, services, functionHosts) };
}

/** Returns what answers requests, by the name that they are signed for. */
function enginesOf(
  resolved: Resolved,
  services: Omit<Services, 'engines'>,
  { hosts: _, logs, metrics, ...lambdaParts }: FunctionHosts,
): ReadonlyMap<string, Engine> {
  const { region, clock, definitions, endpoints, secrets } = resolved;
  const { credentials } = secrets;
  const { functions, asyncEvents, s3, tables } = services;
  const identity = identityOf(resolved);
  const bedrock = createBedrock({ ...resolved.bedrock, region, identity });
  const cloudFormation = { credentials, region, stacks: () => resolved.stacks };
  const lambda = { ...lambdaResources(resolved, s3.store), functions, asyncEvents, ...lambdaParts };
  return new Map([
    ['apigateway', createApiGatewayEngine({ credentials, apis: () => definitions.apis, region })],
    ['bedrock', bedrock.engine],
    ['cloudformation', createCloudFormationEngine(cloudFormation)],
    ['cognito-idp', createCognitoEngine({ credentials, pools: () => resolved.userPools })],
    ['dynamodb', tables.engine],
    ['events', services.eventBridge.engine],
    ['lambda', createLambdaEngine(lambda)],
    ['monitoring', createCloudWatchEngine({ metrics, credentials, now: clock.now })],
    ['logs', createLogsEngine({ logs, credentials, region })],
    ['s3', s3.engine],
    ['secretsmanager', services.secretsManager.engine],
    ['sns', services.sns.engine],
    ['sqs', services.sqs.engine],
    ['ssm', services.ssm.engine],
    ['states', services.stepFunctions.engine],
    ['sts', createStsEngine(credentials)],
    ['traces', createTracesEngine({ store: resolved.traces, identity, region })],
    ...createRemoteEngines(endpoints, credentials, region),
  ]);
}

function declaredMachines({
  stateMachines: machines,
  machineVersions: versions,
  machineAliases: aliases,
}: Resolved['definitions']): DeclaredMachines {
  return { machines, versions, aliases };
}

function identityOf({ secrets, bedrockKey }: Resolved): BedrockOptions['identity'] {
  return {
    mode: 'strict',
    credentials: [secrets.credentials],
    apiKeys: [bedrockKey],
    anyRegion: true,
  };
}

/** What messages are delivered to. */
interface DeliveryParts extends Pick<Services, 'functions' | 'sqs' | 'stepFunctions'> {
  readonly logs: LogStore;
}

/** Opens what is delivered without somebody waiting for it; `closing` closes it. */
function openDelivery(
  resolved: Resolved,
  { functions, sqs, stepFunctions, logs }: DeliveryParts,
  closing: AsyncDisposableStack,
): Pick<Services, 'asyncEvents' | 'deliver' | 'eventBridge' | 'sns'> {
  const { data, region, directory, clock, notices, secrets } = resolved;
  const { warn } = notices;
  const { disk } = directory;
  const store = openStore(join(data, 'lambda.sqlite'), asyncSchema, disk);
  closing.defer(() => store.close());
  const send = createSender({
    queues: sqs.queues,
    lambda(arn, { body }) {
      const isHosted = functions.find(arn) !== undefined;
      if (isHosted) asyncEvents.send(arn, body);
      return isHosted;
    },
    states(arn, { body: input }) {
      const machine = stepFunctions.findMachine(arn);
      if (machine !== undefined) stepFunctions.executions.start(machine, { input });
      return machine !== undefined;
    },
    sns: (arn, message) => sns.publish(arn, message),
    events: (arn, { body, event }) =>
      event !== undefined && eventBridge.emit(arn, { ...event, detail: JSON.parse(body) }),
    logs(arn, { body }) {
      const group = findGroup(logs, region, arn);
      if (group !== undefined) logs.append(group.name, randomUUID(), body);
      return group !== undefined;
    },
  });
  const { credentials } = secrets;
  const common = { data, disk, credentials, region, clock, send, warn };
  const eventBridge = createEventBridge(common);
  closing.defer(() => eventBridge.close());
  const sns = createSns(common);
  closing.defer(() => sns.close());
  const deliver = createDelivery(send, warn);
  const asyncEvents = createAsyncEvents({ store, clock, functions, deliver });
  closing.defer(() => asyncEvents.close());
  return { asyncEvents, deliver, eventBridge, sns };
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
