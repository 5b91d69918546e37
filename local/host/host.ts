import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { BedrockOptions } from '#local/bedrock/bedrock.ts';
import { realClock, type Clock } from '#local/process/clock.ts';
import { connectDoors } from '#local/host/connect-ports.ts';
import { lockDataDirectory, openDataDirectory, type Secrets } from '#local/host/data-directory.ts';
import { readDefinitions, type Definitions } from '#local/host/definitions.ts';
import { createRemoteTable } from '#local/dynamodb/create-remote-table.ts';
import type { TableDefinition } from '#local/dynamodb/read-tables.ts';
import { nearby, type Endpoints } from '#local/host/remote-services.ts';
import { openDoors, signInDoor, type Doors } from '#local/host/ports.ts';
import { sessionAdapter, sessionSchema } from '#local/sign-in/session-adapter.ts';
import type { SessionStorage } from '#local/sign-in/provider.ts';
import { openStore } from '#local/process/store.ts';
import { openUserPools, type UserPool } from '#local/sign-in/user-pools.ts';
import { startEvents } from '#local/events/start-events.ts';
import { unhostedTypes } from '#local/host/hosted-types.ts';
import { watchCode } from '#local/lambda/definition/watch-code.ts';
import { createHosts } from '#local/lambda/create-hosts.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { createShaping, unshaped, type Shaping } from '#local/lambda/invoke/response-shaping.ts';
import { localizer } from '#local/host/rewrite-urls.ts';
import type { Binding } from '#local/process/listen.ts';
import { startServices, type Services } from '#local/host/services.ts';
import { stateOf, type LocalState } from '#local/host/local-state.ts';
import { readAssembly } from '#local/template/assembly.ts';
import { openStacks, type OpenStack, type OpenWorld } from '#local/template/stacks.ts';

const region = 'us-east-1';

export interface LocalOptions {
  /** A `cdk.out` folder, or a template in JSON or YAML. */
  readonly template: string;
  /** Values for the template's parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The gateway's port, from which all others are counted; 0 takes any. */
  readonly port: number;
  /** Where to listen instead of on the loopback address only. */
  readonly host?: string | undefined;
  /** The folder that keeps tables, queues and secrets. */
  readonly data: string;
  /** How the local Bedrock answers. */
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
  /** Where the functions find a service instead of here, by service id (`bedrock-runtime`). */
  readonly endpoints?: Endpoints;
  /** Whether streamed answers are slowed down and cut off as AWS does. */
  readonly faithfulLimits?: boolean;
  /** Whether functions are started anew when their code changes. */
  readonly watch?: boolean;
  /** Time for retries, schedules and queues. */
  readonly clock?: Clock;
  log(line: string): void;
}

export interface LocalSystem {
  readonly state: LocalState;
  /** A function, by logical id. */
  functionHost(logicalId: string): FunctionHost;
  /** How many function invocations have not finished. */
  runningFunctions(): number;
  close(): Promise<void>;
}

/** Hosts a template: all of it is up when this resolves. What it started is ended if it throws. */
export async function startLocal(options: LocalOptions): Promise<LocalSystem> {
  await using starting = new AsyncDisposableStack();
  const templates = await readAssembly(options.template);
  starting.defer(await lockDataDirectory(options.data));
  const live = await beginLive(options);
  const { secrets, hosts, stacks, warn } = live;
  const services = await startServices(options, live, starting);
  // The doors, opened later, are closed earlier: then nobody can ask the functions for more.
  starting.defer(async () => {
    await Promise.all(hosts.map((host) => host.close()));
  });
  stacks.push(...(await openStacks(templates, options.parameters ?? {}, worldOf(live, services))));
  for (const type of unhostedTypes(stacks)) warn(`${type} is not hosted here`);
  for (const { template } of stacks) template.notices.forEach(warn);
  live.doors = await openDoors(stacks, live.binding, starting);
  const code = { folder: join(options.data, 'code'), warn };
  const definitions = await readDefinitions(stacks, code);
  live.definitions = definitions;
  hosts.push(...(await createHosts(definitions.functions, { options, secrets, region, services })));
  for (const { key, unsupported } of definitions.tables) {
    for (const name of unsupported) warn(`${key}.${name} has no effect here`);
  }
  await makeTables(options, definitions.tables, services);
  for (const { name } of definitions.buckets) services.s3.store.makeBucket(name, live.clock.now());
  for (const { name, attributes } of definitions.queues) services.sqs.queues.put(name, attributes);
  const apiKeys = definitions.apiKeys.map((key) =>
    Object.assign(key, { value: key.value ?? keyValue(secrets, key.id) }),
  );
  const { credentials } = secrets;
  const secret = (words: string): string => keyValue(secrets, words);
  const origin = live.doors.get(signInDoor)?.origin ?? '';
  live.pools = await openUserPools(definitions.userPools, { data: options.data, origin, secret });
  const signInKeeping = keepSignIn(options, live, starting);
  const behind = { ...live, definitions, services, credentials, apiKeys, signInKeeping };
  await connectDoors(live.doors, behind);
  startEvents({ ...behind, log: options.log }, starting);
  if (options.watch === true) watchCode(hosts, options.log, starting);
  const state = stateOf(behind);
  const running = starting.move();
  return {
    state,
    functionHost(logicalId) {
      const host = hosts.find(({ definition }) => definition.key === logicalId);
      if (host === undefined) throw new Error(`There is no function ${logicalId}`);
      return host;
    },
    runningFunctions: () => hosts.reduce((count, host) => count + host.busy(), 0),
    close: () => running.disposeAsync(),
  };
}

/** What the parts of a system share; some of it is filled while it starts. */
interface Live {
  readonly region: string;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly binding: Binding;
  readonly shaping: Shaping;
  readonly bedrockKey: string;
  readonly hosts: FunctionHost[];
  readonly stacks: OpenStack[];
  doors: Doors;
  definitions: Definitions | undefined;
  pools: readonly UserPool[];
  warn(message: string): void;
}

async function beginLive(options: LocalOptions): Promise<Live> {
  const secrets = await openDataDirectory(options.data);
  const clock = options.clock ?? realClock;
  return {
    region,
    secrets,
    clock,
    binding: { port: options.port, option: '--port', host: options.host },
    shaping: options.faithfulLimits === true ? createShaping(clock) : unshaped,
    // A bearer key for programs that do not sign; AWS's own begin the same way.
    bedrockKey: `ABSK${keyValue(secrets, 'bedrock')}`,
    hosts: [],
    stacks: [],
    doors: new Map(),
    definitions: undefined,
    pools: [],
    warn: warnOnce(options.log),
  };
}

function worldOf(live: Live, services: Services): OpenWorld {
  const door = (key: string): string | undefined => live.doors.get(key)?.origin;
  return {
    region,
    door,
    warn: live.warn,
    gateway: () => services.url,
    secret: (words) => keyValue(live.secrets, words),
    localized: localizer({ region, stacks: live.stacks, door }),
  };
}

/** Where there is a user pool, what is given out to those who sign in is kept. */
function keepSignIn(
  { data }: LocalOptions,
  { pools, secrets }: Live,
  starting: AsyncDisposableStack,
): SessionStorage | undefined {
  if (pools.length === 0) return undefined;
  const store = openStore(join(data, 'sign-in.sqlite'), sessionSchema);
  starting.defer(() => store.close());
  return { secret: keyValue(secrets, 'sign-in'), adapter: sessionAdapter(store) };
}

/**
 * Makes the tables here, or with another DynamoDB of this machine. In an account nothing is made:
 * what is there is somebody's.
 */
async function makeTables(
  { endpoints = {}, log }: LocalOptions,
  tables: readonly TableDefinition[],
  { tables: own, caller }: Services,
): Promise<void> {
  const elsewhere = endpoints['dynamodb'];
  if (elsewhere === undefined) {
    for (const table of tables) await own.create(table);
  } else if (nearby(endpoints)['dynamodb'] === undefined) {
    log(`! Tables are not made at ${elsewhere}: they must be there`);
  } else {
    for (const table of tables) await createRemoteTable(table, caller);
  }
}

/** Says each thing once, however many resources it is true of. */
function warnOnce(log: (line: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    log(`! ${message}`);
  };
}

/** The value of a key that the template leaves to AWS: 40 characters. */
function keyValue({ apiKeySeed }: Secrets, id: string): string {
  return createHmac('sha256', apiKeySeed)
    .update(id)
    .digest('base64url')
    .replaceAll(/[-_]/gu, 'x')
    .slice(0, 40);
}
