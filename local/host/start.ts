import { startEvents } from '#local/events/start-events.ts';
import { createFunctionUrls } from '#local/function-url/function-urls.ts';
import {
  connectPorts,
  connectSignIn,
  connectWebFunctions,
  connectWebSocketApis,
} from '#local/host/connect-ports.ts';
import { createContents } from '#local/host/contents/create-contents.ts';
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
  await createContents(resolved, services);
  gateway.connect((request) => services.engines.get(serviceOf(request) ?? ''));
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
