import { join } from 'node:path';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { createBedrock, type BedrockOptions } from '#local/bedrock/bedrock.ts';
import type { Clock } from '#local/process/clock.ts';
import type { Definitions } from '#local/host/definitions.ts';
import type { Doors } from '#local/host/ports.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import { createCloudFormationEngine, createStsEngine } from '#local/cloudformation/operations.ts';
import type { Secrets } from '#local/host/data-directory.ts';
import { farEngines, nearby, type Endpoints } from '#local/host/remote-services.ts';
import { startTables, type Tables } from '#local/dynamodb/tables.ts';
import { createGateway, serviceOf } from '#local/gateway/gateway.ts';
import {
  asyncSchema,
  createAsyncEvents,
  type AsyncEvents,
  type Deliver,
} from '#local/lambda/invoke/async-events.ts';
import { createDelivery } from '#local/lambda/invoke/delivery.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { createFunctions, type Functions } from '#local/lambda/functions.ts';
import { createLambdaEngine, type LambdaApi } from '#local/lambda/lambda-engine.ts';
import { listen, originOf, type Binding } from '#local/process/listen.ts';
import { createLogStore, type LogStore } from '#local/logs/log-store.ts';
import { createLogsEngine } from '#local/logs/operations.ts';
import type { Queues } from '#local/sqs/queues.ts';
import { createSqs, type Sqs } from '#local/sqs/sqs.ts';
import { startS3, type S3 } from '#local/s3/s3.ts';
import { createServiceCaller, type ServiceCaller } from '#local/gateway/service-caller.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { createStepFunctions, type StepFunctions } from '#local/step-functions/step-functions.ts';
import { createCognitoEngine } from '#local/sign-in/operations.ts';
import type { UserPool } from '#local/sign-in/user-pools.ts';
import { openStore } from '#local/process/store.ts';
import type { OpenStack } from '#local/template/stacks.ts';

export interface ServicesOptions {
  readonly data: string;
  /** How the local Bedrock answers. */
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
  /** Where services are that are not here, by service id. */
  readonly endpoints?: Endpoints;
}

/** What the services look at; the lists are filled once the stacks are read. */
export interface Surroundings {
  readonly region: string;
  readonly clock: Clock;
  readonly binding: Binding;
  readonly secrets: Secrets;
  readonly bedrockKey: string;
  readonly hosts: readonly FunctionHost[];
  readonly stacks: readonly OpenStack[];
  readonly doors: Doors;
  readonly definitions: Definitions | undefined;
  readonly pools: readonly UserPool[];
  readonly shaping: Shaping;
  warn(message: string): void;
}

/** The AWS services, behind one port. */
export interface Services {
  readonly url: string;
  readonly functions: Functions;
  readonly asyncEvents: AsyncEvents;
  readonly logs: LogStore;
  readonly sqs: Sqs;
  readonly s3: S3;
  readonly stepFunctions: StepFunctions;
  readonly tables: Tables;
  readonly caller: ServiceCaller;
  readonly deliver: Deliver;
}

/** Starts the services; the stack ends them. */
export async function startServices(
  options: ServicesOptions,
  live: Surroundings,
  starting: AsyncDisposableStack,
): Promise<Services> {
  const { data } = options;
  const { region, clock, secrets, binding } = live;
  const { credentials } = secrets;
  const engines = new Map<string, Engine>();
  const gateway = createGateway((request) => engines.get(serviceOf(request) ?? ''), {
    ownHost: binding.host,
  });
  const url = originOf(binding.host, await listen(gateway.server, binding));
  starting.defer(() => gateway.close());
  const common = { data, credentials, region, clock, gateway: () => url };
  const tables = await startTables(join(data, 'dynamodb'), credentials);
  starting.defer(() => tables.close());
  const sqs = createSqs(common);
  starting.defer(() => sqs.close());
  const caller = createServiceCaller({ ...common, endpoints: nearby(options.endpoints ?? {}) });
  const machines = (): readonly StateMachine[] => live.definitions?.stateMachines ?? [];
  const stepFunctions = createStepFunctions({ ...common, caller, machines });
  starting.defer(() => stepFunctions.close());
  const logs = createLogStore(clock.now);
  const functions = createFunctions(live.hosts);
  const parts = { data, live, functions, queues: sqs.queues, stepFunctions };
  const { asyncEvents, deliver } = startAsyncEvents(parts, starting);
  const s3 = await startS3({ ...common, deliver, buckets: () => live.definitions?.buckets ?? [] });
  starting.defer(() => s3.close());
  const bedrock = createBedrock({ ...options.bedrock, region, identity: identityOf(live) });
  const stacks = { credentials, region, stacks: () => live.stacks };
  engines
    .set('bedrock', bedrock.engine)
    .set('cloudformation', createCloudFormationEngine(stacks))
    .set('cognito-idp', createCognitoEngine({ credentials, pools: () => live.pools }))
    .set('dynamodb', tables.engine)
    .set('lambda', createLambdaEngine({ ...lambdaReads(live), functions, asyncEvents }))
    .set('logs', createLogsEngine({ logs, credentials, region }))
    .set('s3', s3.engine)
    .set('sqs', sqs.engine)
    .set('states', stepFunctions.engine)
    .set('sts', createStsEngine(credentials));
  for (const [service, engine] of farEngines(options.endpoints ?? {}, {
    here: credentials,
    region,
  })) {
    engines.set(service, engine);
  }
  return { url, caller, functions, asyncEvents, logs, sqs, s3, stepFunctions, tables, deliver };
}

function identityOf({ secrets, bedrockKey }: Surroundings): BedrockOptions['identity'] {
  return {
    mode: 'strict',
    credentials: [secrets.credentials],
    apiKeys: [bedrockKey],
    anyRegion: true,
  };
}

interface AsyncParts {
  readonly data: string;
  readonly live: Surroundings;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly stepFunctions: StepFunctions;
}

function startAsyncEvents(
  { data, live, functions, queues, stepFunctions }: AsyncParts,
  starting: AsyncDisposableStack,
): Pick<Services, 'asyncEvents' | 'deliver'> {
  const store = openStore(join(data, 'lambda.sqlite'), asyncSchema);
  starting.defer(() => store.close());
  const deliver = createDelivery({
    queues,
    warn: live.warn,
    invoke: (arn, body) => asyncEvents.send(arn, body),
    execute(arn, input) {
      const machine = live.definitions?.stateMachines.find((each) => each.arn === arn);
      if (machine !== undefined) stepFunctions.executions.start(machine, { input });
      return machine !== undefined;
    },
  });
  const asyncEvents = createAsyncEvents({ store, clock: live.clock, functions, deliver });
  starting.defer(() => asyncEvents.close());
  return { asyncEvents, deliver };
}

function lambdaReads(live: Surroundings): Omit<LambdaApi, 'functions' | 'asyncEvents'> {
  return {
    region: live.region,
    credentials: live.secrets.credentials,
    shaping: live.shaping,
    urls: () => live.definitions?.urls ?? [],
    addressOf: ({ key }) => `${live.doors.get(key)?.origin}/`,
    eventSources: () => live.definitions?.eventSources ?? [],
  };
}
