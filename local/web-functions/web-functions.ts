import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readEmbeddedMetrics } from '#local/cloudwatch/embedded-metrics.ts';
import type { MetricStore } from '#local/cloudwatch/metric-store.ts';
import type { Ports } from '#local/host/ports.ts';
import type { WatchedCode } from '#local/lambda/definition/watch-code.ts';
import { sdkRoot } from '#local/lambda/definition/sdk-packages.ts';
import { bundleRuntime } from '#local/lambda/environment/write-bootstrap.ts';
import { defaultConcurrency } from '#local/lambda/pool/account.ts';
import type { EnvironmentOptions } from '#local/lambda/pool/environment-options.ts';
import { createStartGate, type StartGate } from '#local/lambda/pool/start-gate.ts';
import type { LogStore } from '#local/logs/log-store.ts';
import type { Clock } from '#local/process/clock.ts';
import type {
  EndpointDefinition,
  RevisionDefinition,
  WebFunctionDefinition,
} from '#local/web-functions/definition/web-function-definition.ts';
import { WebEnvironment } from '#local/web-functions/environment/web-environment.ts';
import { WebPool } from '#local/web-functions/environment/web-pool.ts';
import {
  createWebEndpoint,
  type HostedRevision,
} from '#local/web-functions/endpoint/web-endpoint.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface WebFunctionsSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly environments: EnvironmentOptions;
  readonly data: string;
  readonly ports: Ports;
  /** An address of this machine other than loopback, if it listens there. */
  readonly ownHost: string | undefined;
  /** The environment variables with the Region, the credentials and the endpoints. */
  readonly platform: Readonly<Record<string, string>>;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  log(line: string): void;
}

/**
 * Lets the endpoints of web functions answer at their ports. No environment starts before its
 * first request. Returns their code. `closing` ends all environments.
 */
export async function startWebFunctions(
  definitions: readonly WebFunctionDefinition[],
  settings: WebFunctionsSettings,
  closing: AsyncDisposableStack,
): Promise<readonly WatchedCode[]> {
  if (definitions.length === 0) return [];
  const program = join(import.meta.dirname, 'runtime/bootstrap.ts');
  const bootstrap = await bundleRuntime(program, resolve(settings.data, 'runtime/web.mjs'));
  const gate = createStartGate({ slots: availableParallelism(), maxHoldMs: 2_000 });
  const shared = { ...settings, gate, bootstrap: `${pathToFileURL(bootstrap).href}?${sdkQuery}` };
  return definitions.flatMap(({ revisions, endpoints }) => {
    for (const { logging } of revisions) settings.logs.put(logging.group);
    return endpoints.flatMap((each) => openEndpoint(each, revisions, { shared, closing }));
  });
}

/** Where the program that runs before the code finds the AWS SDK. */
const sdkQuery = new URLSearchParams({ sdk: sdkRoot }).toString();

interface Hosting {
  readonly shared: WebFunctionsSettings & { readonly gate: StartGate; readonly bootstrap: string };
  readonly closing: AsyncDisposableStack;
}

function openEndpoint(
  definition: EndpointDefinition,
  revisions: readonly RevisionDefinition[],
  { shared, closing }: Hosting,
): readonly WatchedCode[] {
  const { credentials, region, ownHost, clock, ports } = shared;
  const hosted: HostedRevision[] = [];
  const max = maxEnvironments(definition, shared.environments);
  // The limit of an endpoint is for its revisions together.
  const mayStart = (): boolean => hosted.reduce((sum, { pool }) => sum + pool.size(), 0) < max;
  for (const { revisionId } of definition.weights) {
    const revision = revisions.find(({ id }) => id === revisionId);
    if (revision === undefined) continue;
    const pool = openPool(revision, mayStart, shared);
    closing.defer(() => pool.close());
    hosted.push({ definition: revision, pool });
  }
  const now = clock.now;
  const endpoint = { definition, revisions: hosted, credentials, region, ownHost, now };
  // Anybody may link to a site. Whether other pages may call it is the application's decision on AWS.
  ports
    .get(definition.key)
    ?.connect(createWebEndpoint(endpoint), { isLinked: true, checksHost: true });
  return hosted.map(({ definition: { key, root }, pool }) => {
    return { key, sources: [root], reload: () => pool.reload() };
  });
}

function openPool(
  revision: RevisionDefinition,
  mayStart: () => boolean,
  { gate, clock, environments, ...shared }: Hosting['shared'],
): WebPool<WebEnvironment> {
  const { key, maxConcurrency, logging } = revision;
  const log = (line: string, stream: string): void => {
    shared.logs.append(logging.group, stream, line);
    for (const sample of readEmbeddedMetrics(line)) shared.metrics.add(sample);
    shared.log(`${key}  ${line}`);
  };
  const { region, bootstrap, platform } = shared;
  return new WebPool({
    maxConcurrency,
    gate,
    clock,
    mayStart,
    idleMs: environments.idleMs,
    create: () => new WebEnvironment({ revision, region, bootstrap, platform, initLimitMs, log }),
  });
}

/** How long the server of an environment may take until it listens. */
const initLimitMs = 10_000;

/** What the endpoint allows, and what this machine has the memory for. */
function maxEnvironments(
  { maxEnvironments: own = Infinity }: EndpointDefinition,
  { concurrency }: EnvironmentOptions,
): number {
  return Math.min(own, concurrency ?? defaultConcurrency());
}
