import { createRemoteTable } from '#local/dynamodb/create-remote-table.ts';
import { declareRules } from '#local/events/bus/read-rules.ts';
import { startEvents } from '#local/events/start-events.ts';
import { createFunctionUrls } from '#local/function-url/function-urls.ts';
import {
  connectPorts,
  connectSignIn,
  connectWebFunctions,
  connectWebSocketApis,
} from '#local/host/connect-ports.ts';
import { declaredValues } from '#local/host/lookups.ts';
import { localEndpoints } from '#local/host/remote-services.ts';
import { openUrlPort } from '#local/host/ports.ts';
import type { Resolved } from '#local/host/resolve.ts';
import { startServices, type Services } from '#local/host/services.ts';
import type { Shutdown } from '#local/host/shutdown.ts';
import { createAccount } from '#local/lambda/pool/account.ts';
import { createHosts } from '#local/lambda/create-hosts.ts';
import { functionCode, watchCode } from '#local/lambda/definition/watch-code.ts';
import { addPermissions } from '#local/lambda/definition/read-permissions.ts';
import { createPolicies } from '#local/lambda/api/policies.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { serviceOf } from '#local/gateway/gateway.ts';
import { declareSecret, removeUndeclaredSecrets } from '#local/secrets-manager/read-secrets.ts';
import { declareParameter, removeUndeclared } from '#local/ssm/read-parameters.ts';
import { declareTopics } from '#local/sns/read-topics.ts';
import { publishAssets } from '#local/s3/assets.ts';
import { locationIn } from '#local/s3/bucket/location.ts';

/** Step 4 of a start: everything that the templates define is up. */
export interface Running extends Resolved {
  readonly hosts: readonly FunctionHost[];
  readonly services: Services;
}

/** Starts functions and services, creates their contents, and connects the ports to them. */
export async function start(resolved: Resolved, shutdown: Shutdown): Promise<Running> {
  const { region, secrets, gateway, clock, definitions, directory } = resolved;
  const { logs, metrics, log } = resolved;
  for (const { name, retentionDays } of definitions.logGroups) logs.retain(name, retentionDays);
  const account = createAccount(definitions.functions, resolved.environments.concurrency);
  const hosts = await createHosts(definitions.functions, {
    options: resolved,
    region,
    account,
    secrets,
    services: { url: gateway.url, logs, metrics },
  });
  shutdown.functions.defer(async () => {
    await Promise.all(hosts.map((host) => host.close()));
  });
  await directory.opening();
  const policies = createPolicies();
  const urls = createFunctionUrls({
    credentials: secrets.credentials,
    region,
    shaping: resolved.shaping,
    policies,
    now: clock.now,
    openPort: () => openUrlPort(resolved.binding, shutdown.ports),
  });
  const parts = { hosts, logs, metrics, urls, policies, account };
  const services = await startServices(resolved, parts, shutdown.services);
  await createTables(resolved, services);
  const { s3, sqs, engines } = services;
  const location = locationIn(region);
  for (const { name } of definitions.buckets) {
    s3.store.makeBucket({ name, createdAt: Math.floor(clock.now()), location });
  }
  const variables = definitions.functions.flatMap(({ environment }) => Object.values(environment));
  await publishAssets(variables, { stacks: resolved.stacks, store: s3.store, now: clock.now });
  for (const { name, attributes } of definitions.queues) sqs.queues.put(name, attributes);
  storeDeclaredValues(resolved, services);
  declareTopics(services.sns.topics, definitions.topics);
  declareRules(services.eventBridge.buses, definitions, resolved.notices.warn);
  gateway.connect((request) => engines.get(serviceOf(request) ?? ''));
  addPermissions(definitions.permissions, services.functions, policies);
  await connectPorts(resolved, services, urls);
  connectWebSocketApis(resolved, services, shutdown.background);
  const web = await connectWebFunctions(resolved, { logs, metrics }, shutdown.functions);
  connectSignIn(resolved, shutdown.background);
  startEvents({ definitions, services, clock, region, log }, shutdown.background);
  if (resolved.watch) watchCode([...hosts.map(functionCode), ...web], log, shutdown.background);
  await directory.opened(shutdown.background);
  directory.disk.report(log);
  return { ...resolved, hosts, services };
}

/** Stores the parameters and secrets that options give and templates declare. */
function storeDeclaredValues(resolved: Resolved, { ssm, secretsManager }: Services): void {
  const { clock, definitions } = resolved;
  const { parameters, secrets } = declaredValues(resolved, definitions);
  const nowMs = Math.floor(clock.now());
  removeUndeclared(ssm.parameters, parameters);
  for (const parameter of parameters) declareParameter(ssm.parameters, parameter, nowMs);
  removeUndeclaredSecrets(secretsManager.secrets, secrets);
  for (const secret of secrets) declareSecret(secretsManager.secrets, secret, nowMs);
}

/**
 * Creates the tables here, or with another DynamoDB on this machine. Nothing is created in an AWS
 * account: its tables may belong to someone.
 */
async function createTables(
  { endpoints, definitions, notices }: Resolved,
  { tables: localTables, caller }: Services,
): Promise<void> {
  const { tables } = definitions;
  const { dynamodb: endpoint } = endpoints;
  if (endpoint === undefined) {
    for (const table of tables) await localTables.create(table);
  } else if (localEndpoints(endpoints)['dynamodb'] === undefined) {
    notices.warn(`Tables are not created at ${endpoint}: they must already exist there`);
  } else {
    for (const table of tables) await createRemoteTable(table, caller);
  }
}
