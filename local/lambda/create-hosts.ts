import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { Trust } from '#local/host/bind.ts';
import type { Secrets } from '#local/host/data/data-directory.ts';
import { localEndpoints, type Endpoints } from '#local/host/remote-services.ts';
import { readEmbeddedMetrics } from '#local/cloudwatch/embedded-metrics.ts';
import type { MetricStore } from '#local/cloudwatch/metric-store.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import {
  nodeFlags,
  withDebugTimeout,
  type DebugOptions,
} from '#local/lambda/environment/debug-options.ts';
import type { Account } from '#local/lambda/pool/account.ts';
import type { EnvironmentOptions } from '#local/lambda/pool/environment-options.ts';
import type { SharedSettings } from '#local/lambda/pool/environment-pool.ts';
import { createStartGate } from '#local/lambda/pool/start-gate.ts';
import { FunctionHost, type LogPlace } from '#local/lambda/function-host.ts';
import { createInvocationMetrics } from '#local/lambda/invocation-metrics.ts';
import { writeBootstraps } from '#local/lambda/environment/write-bootstrap.ts';
import type { Clock } from '#local/process/clock.ts';
import type { LogStore } from '#local/logs/log-store.ts';

export interface FunctionHostsSettings {
  readonly options: {
    readonly data: string;
    readonly endpoints?: Endpoints;
    readonly debug: DebugOptions;
    readonly environments: EnvironmentOptions;
    readonly clock: Clock;
    readonly trust: Trust | undefined;
    readonly responsePort?: number;
    log(line: string): void;
  };
  readonly region: string;
  readonly account: Account;
  readonly secrets: Secrets;
  readonly services: {
    readonly url: string;
    readonly logs: LogStore;
    readonly metrics: MetricStore;
  };
}

/** Creates a host for each function. No host has an environment before its first invocation. */
export async function createHosts(
  definitions: readonly FunctionDefinition[],
  settings: FunctionHostsSettings,
): Promise<readonly FunctionHost[]> {
  const { options, account, services } = settings;
  const written = await writeBootstraps(join(options.data, 'runtime'));
  const bootstraps = { ...written, responsePort: options.responsePort };
  const variables = platformVariables({ ...settings, ...options, url: services.url });
  const shared = { account, ...shareSettings(options) };
  return definitions.map((definition) => {
    const { name, logging } = definition;
    const { group } = logging;
    services.logs.put(group);
    const log = (line: string, place: LogPlace): void => {
      services.logs.append(place.group, place.stream, line);
      for (const sample of readEmbeddedMetrics(line)) services.metrics.add(sample);
      // Lambda joins the lines of one message with carriage returns. On a terminal, they are split.
      options.log(`${definition.key}  ${line.replaceAll('\r', '\n')}`);
    };
    const flags = nodeFlags(options.debug, definition.key);
    return new FunctionHost({
      ...shared,
      definition: withDebugTimeout(definition, options.debug),
      bootstraps,
      variables,
      flags,
      log,
      metrics: createInvocationMetrics(name, services.metrics, options.clock.now),
    });
  });
}

/** What the code of functions finds in its environment besides what its template sets. */
export interface Platform {
  readonly region: string;
  readonly secrets: Secrets;
  /** The URL of the AWS services. */
  readonly url: string;
  readonly endpoints?: Endpoints;
  readonly trust: Trust | undefined;
  /** The port of ResponseURLs, while custom resources are created. */
  readonly responsePort?: number;
}

/** Returns the environment variables with the Region, the credentials and the endpoints. */
export function platformVariables({
  region,
  secrets: { credentials },
  url,
  endpoints = {},
  trust,
  responsePort,
}: Platform): Record<string, string> {
  return {
    ...processVariables(),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: url,
    ...endpointVariables(localEndpoints(endpoints)),
    ...trustVariables(trust, responsePort !== undefined),
  };
}

/** A starting process needs a core of its own. More of them at once would all be ready later. */
const startLimits = { slots: availableParallelism(), maxHoldMs: 2_000 };

/** Returns what all functions share beside the account: the cores for cold starts, and the clock. */
function shareSettings({
  environments,
  clock,
}: FunctionHostsSettings['options']): Omit<SharedSettings, 'account'> {
  return { gate: createStartGate(startLimits), clock, idleMs: environments.idleMs };
}

/**
 * The variables of this process that every process on the platform needs; no others are passed on.
 */
function processVariables(): Record<string, string> {
  const names = process.platform === 'win32' ? ['SystemRoot', 'TEMP'] : [];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

/**
 * Node adds the certificate to those that it trusts; Python's SDK trusts only those in its file. So
 * do other programs, which need it for ResponseURLs only.
 */
function trustVariables(trust: Trust | undefined, isForAnswers: boolean): Record<string, string> {
  if (trust === undefined) return {};
  const { certificate, all } = trust;
  const others = isForAnswers ? { SSL_CERT_FILE: all } : {};
  return { NODE_EXTRA_CA_CERTS: certificate, AWS_CA_BUNDLE: all, ...others };
}

/**
 * Service endpoints as AWS SDKs read them: `bedrock-runtime` in `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
 */
function endpointVariables(endpoints: Endpoints): Record<string, string> {
  const entries = Object.entries(endpoints).map(([service, url]) => {
    return [`AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll('-', '_')}`, url] as const;
  });
  return Object.fromEntries(entries);
}
