import { join } from 'node:path';
import type { BedrockOptions } from '#local/bedrock/bedrock.ts';
import { createMetricStore, type MetricStore } from '#local/cloudwatch/metric-store.ts';
import {
  deriveKey,
  openDataDirectory,
  type DataDirectory,
  type Secrets,
} from '#local/host/data/data-directory.ts';
import { createNotices, type Notices } from '#local/host/notices.ts';
import { createLookups, splitParameters, type GivenValues } from '#local/host/contents/lookups.ts';
import { planPorts, type PlannedPort } from '#local/host/ports.ts';
import type { Endpoints } from '#local/host/remote-services.ts';
import type { Shutdown } from '#local/host/shutdown.ts';
import { createShaping, unshaped, type Shaping } from '#local/lambda/invoke/response-shaping.ts';
import { noDebugging, type DebugOptions } from '#local/lambda/environment/debug-options.ts';
import {
  defaultEnvironments,
  type EnvironmentOptions,
} from '#local/lambda/pool/environment-options.ts';
import { createUnpacker } from '#local/lambda/definition/unpack-archive.ts';
import { createLogStore, type LogStore } from '#local/logs/log-store.ts';
import { realClock, type Clock } from '#local/process/clock.ts';
import type { Binding } from '#local/process/listen.ts';
import { readAssembly } from '#local/template/project/assembly.ts';
import { findTemplate } from '#local/template/project/find-template.ts';
import { noCustomResources } from '#local/template/stack-context.ts';
import { openStacks, type StackValues } from '#local/template/stacks.ts';
import type { Template } from '#local/template/template.ts';
import type { TraceStore } from '#local/traces/trace-store.ts';

const region = 'us-east-1';

export interface LocalOptions {
  /** A template in JSON or YAML, a project's folder, or a folder that its deployment tool left. */
  readonly template: string;
  /** Values for the template's parameters, and with `ssm:` or `secretsmanager:` stored ones. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The gateway's port. All others are counted from it; 0 takes any free ports. */
  readonly port: number;
  /** The address to listen on, instead of the loopback address. */
  readonly host?: string | undefined;
  /** The folder for tables, queues, files and secrets. */
  readonly data: string;
  /** How the local Bedrock answers. */
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
  /** URLs of services that are not hosted here, by service id (`bedrock-runtime`). */
  readonly endpoints?: Endpoints;
  /** Whether streamed responses are slowed down and cut off as on AWS. */
  readonly faithfulLimits?: boolean;
  /** Whether functions restart when their code changes. */
  readonly watch?: boolean;
  /** How Node functions are debugged. */
  readonly debug?: DebugOptions;
  /** How many execution environments run here, and how long idle ones are kept. */
  readonly environments?: EnvironmentOptions;
  /** The traces that the functions send, for programs that ask for them. */
  readonly traces?: TraceStore | undefined;
  /** The clock of retries, schedules, queues and idle environments. */
  readonly clock?: Clock;
  log(line: string): void;
}

/** Step 1 of a start: what is decided before any port is opened. */
export interface Plan {
  readonly region: string;
  readonly templates: readonly Template[];
  /** The values of parameters, and what is looked up by name. */
  readonly values: StackValues;
  /** The parameters and secrets whose values options give. */
  readonly given: GivenValues;
  readonly data: string;
  readonly directory: DataDirectory;
  readonly secrets: Secrets;
  /** The bearer key of the local Bedrock. */
  readonly bedrockKey: string;
  readonly bedrock: Omit<BedrockOptions, 'identity'>;
  readonly endpoints: Endpoints;
  readonly binding: Binding;
  /** The ports that the templates' resources need besides the gateway. */
  readonly plannedPorts: readonly PlannedPort[];
  readonly shaping: Shaping;
  readonly watch: boolean;
  readonly debug: DebugOptions;
  readonly environments: EnvironmentOptions;
  readonly traces: TraceStore | undefined;
  readonly clock: Clock;
  readonly notices: Notices;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** Returns the folder of an archive's files. */
  unpack(archive: string): Promise<string>;
  log(line: string): void;
}

/** Reads the templates, opens the data directory and decides which ports are needed. */
export async function plan(options: LocalOptions, shutdown: Shutdown): Promise<Plan> {
  const { data, bedrock, endpoints = {}, clock = realClock } = options;
  const notices = createNotices(options.log);
  const { path, report, warning } = await findTemplate(options.template);
  if (report !== undefined) options.log(report);
  if (warning !== undefined) notices.warn(warning);
  const templates = await readAssembly(path);
  const directory = await openDataDirectory(data, shutdown.data);
  const { secrets } = directory;
  const { parameters, given } = splitParameters(options.parameters ?? {});
  const values = { parameters, lookUpIn: createLookups({ data, region, given, secrets }) };
  const binding = { port: options.port, option: '--port', host: options.host };
  return {
    region,
    templates,
    values,
    given,
    data,
    directory,
    secrets,
    bedrock,
    endpoints,
    binding,
    clock,
    // Real Bedrock keys begin with the same four letters.
    bedrockKey: `ABSK${deriveKey(secrets, 'bedrock')}`,
    plannedPorts: planPorts(await openWithoutAddresses(templates, values, secrets), binding),
    shaping: options.faithfulLimits === true ? createShaping(clock) : unshaped,
    watch: options.watch ?? false,
    debug: options.debug ?? noDebugging,
    environments: options.environments ?? defaultEnvironments,
    traces: options.traces,
    notices,
    logs: createLogStore(clock.now),
    metrics: createMetricStore(),
    unpack: createUnpacker(join(data, 'code')),
    log: (line) => options.log(line),
  };
}

/** Opens the stacks only to find out which resources exist: no address is known yet. */
function openWithoutAddresses(
  templates: readonly Template[],
  values: StackValues,
  secrets: Secrets,
): ReturnType<typeof openStacks> {
  const placeholder = 'http://127.0.0.1';
  return openStacks(templates, values, {
    region,
    gatewayUrl: placeholder,
    originOf: () => placeholder,
    secret: (label) => deriveKey(secrets, label),
    warn: () => undefined,
    customResources: noCustomResources,
  });
}
