import { join } from 'node:path';
import type { Engine } from '#local/aws-exchange.ts';
import { createBedrock, type BedrockOptions } from '#local/bedrock/bedrock.ts';
import type { Clock } from '#local/clock.ts';
import type { Definitions } from '#local/definitions.ts';
import type { Doors } from '#local/doors.ts';
import type { Shaping } from '#local/lambda/response-shaping.ts';
import { createCloudFormationEngine, createStsEngine } from '#local/cloudformation/operations.ts';
import type { Secrets } from '#local/data-directory.ts';
import { startTables, type Tables } from '#local/dynamodb/tables.ts';
import { createGateway, serviceOf } from '#local/gateway.ts';
import { asyncSchema, createAsyncEvents, type AsyncEvents } from '#local/lambda/async-events.ts';
import { createDelivery } from '#local/lambda/delivery.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { createFunctions, type Functions } from '#local/lambda/functions.ts';
import { createLambdaEngine, type LambdaApi } from '#local/lambda/lambda-engine.ts';
import { listen, originOf, type Binding } from '#local/listen.ts';
import { createLogStore, type LogStore } from '#local/logs/log-store.ts';
import { createLogsEngine } from '#local/logs/operations.ts';
import type { Queues } from '#local/sqs/queues.ts';
import { createSqs, type Sqs } from '#local/sqs/sqs.ts';
import { openStore } from '#local/store.ts';
import type { OpenStack } from '#local/template/stacks.ts';

export interface ServicesOptions {
  readonly data: string;
  /** How the local Bedrock answers. */
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
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
  readonly tables: Tables;
}

/** Starts the services; the stack ends them. */
export async function startServices(
  { data, bedrock: settings }: ServicesOptions,
  live: Surroundings,
  starting: AsyncDisposableStack,
): Promise<Services> {
  const { region, clock, secrets, binding } = live;
  const { credentials } = secrets;
  const engines = new Map<string, Engine>();
  const gateway = createGateway((request) => engines.get(serviceOf(request) ?? ''), {
    ownHost: binding.host,
  });
  const url = originOf(binding.host, await listen(gateway.server, binding));
  starting.defer(() => gateway.close());
  const tables = await startTables(join(data, 'dynamodb'), credentials);
  starting.defer(() => tables.close());
  const sqs = createSqs({ data, credentials, region, clock, gateway: () => url });
  starting.defer(() => sqs.close());
  const logs = createLogStore(clock.now);
  const functions = createFunctions(live.hosts);
  const asyncEvents = startAsyncEvents({ data, live, functions, queues: sqs.queues }, starting);
  const identity = {
    mode: 'strict',
    credentials: [credentials],
    apiKeys: [live.bedrockKey],
  } as const;
  engines
    .set('bedrock', createBedrock({ ...settings, region, identity }).engine)
    .set('dynamodb', tables.engine)
    .set('lambda', createLambdaEngine({ ...lambdaReads(live), functions, asyncEvents }))
    .set('sqs', sqs.engine)
    .set('logs', createLogsEngine({ logs, credentials, region }))
    .set(
      'cloudformation',
      createCloudFormationEngine({ credentials, region, stacks: () => live.stacks }),
    )
    .set('sts', createStsEngine(credentials));
  return { url, functions, asyncEvents, logs, sqs, tables };
}

interface AsyncParts {
  readonly data: string;
  readonly live: Surroundings;
  readonly functions: Functions;
  readonly queues: Queues;
}

function startAsyncEvents(
  { data, live, functions, queues }: AsyncParts,
  starting: AsyncDisposableStack,
): AsyncEvents {
  const store = openStore(join(data, 'lambda.sqlite'), asyncSchema);
  starting.defer(() => store.close());
  const invoke = (arn: string, body: string): void => asyncEvents.send(arn, body);
  const deliver = createDelivery({ queues, invoke, warn: live.warn });
  const asyncEvents = createAsyncEvents({ store, clock: live.clock, functions, deliver });
  starting.defer(() => asyncEvents.close());
  return asyncEvents;
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
