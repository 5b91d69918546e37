import { join } from 'node:path';
import type { FunctionUrls } from '#local/function-url/function-urls.ts';
import { deriveKey } from '#local/host/data/data-directory.ts';
import { hostedServices, warnOfUnhosted } from '#local/host/hosted-services.ts';
import type { PageAccess, Port, Ports } from '#local/host/ports.ts';
import type { Resolved } from '#local/host/resolve.ts';
import type { FunctionHosts, Services } from '#local/host/services.ts';
import { httpApiHandler } from '#local/http-api/server.ts';
import { platformVariables } from '#local/lambda/create-hosts.ts';
import type { WatchedCode } from '#local/lambda/definition/watch-code.ts';
import { openStore } from '#local/process/store.ts';
import { createAuthorizers } from '#local/rest-api/authorizer.ts';
import { mockedOrigins } from '#local/rest-api/integration/mock-integration.ts';
import { restHandler } from '#local/rest-api/server.ts';
import { createUsagePlans } from '#local/rest-api/usage-plans.ts';
import { signInHandler } from '#local/sign-in/server.ts';
import { sessionAdapter, sessionSchema } from '#local/sign-in/session-adapter.ts';
import { createTokenVerifier } from '#local/sign-in/token-verifier.ts';
import { importPoolKeys } from '#local/sign-in/user-pools.ts';
import { startWebFunctions } from '#local/web-functions/web-functions.ts';
import { createWebSocketApi } from '#local/websocket-api/server.ts';
import { signInKey } from '#local/template/stack-context.ts';

/** Connects the ports of Function URLs and APIs to the functions and integrations behind them. */
export async function connectPorts(
  resolved: Resolved,
  services: Services,
  urls: FunctionUrls,
): Promise<void> {
  connectFunctionUrls(resolved, services, urls);
  warnOfUnhosted(resolved, hostedServices(resolved, services));
  await connectRestApis(resolved, services);
  connectHttpApis(resolved, services);
}

/** Connects the ports of WebSocket APIs; `closing` breaks their connections. */
export function connectWebSocketApis(
  resolved: Resolved,
  running: Services,
  closing: AsyncDisposableStack,
): void {
  const { definitions, ports, region, clock, secrets } = resolved;
  const { functions } = running;
  const services = hostedServices(resolved, running);
  const { credentials } = secrets;
  const authorizers = createAuthorizers(functions, clock.now);
  for (const definition of definitions.webSocketApis) {
    const shared = { region, clock, credentials, functions, services, authorizers };
    const api = createWebSocketApi({ ...shared, definition });
    closing.defer(() => api.close());
    const port = requirePort(ports, definition.key);
    port.connect(api.answer);
    port.connectUpgrades((...request) => api.upgrade(...request));
  }
}

function connectFunctionUrls(
  { definitions, ports, notices }: Resolved,
  { functions }: Services,
  urls: FunctionUrls,
): void {
  for (const definition of definitions.urls) {
    const { key, target } = definition;
    const host = functions.find(target);
    if (host === undefined) {
      notices.warn(`${key}: its function is not hosted here`);
      continue;
    }
    const missing = urls.add(definition, host, requirePort(ports, key)).missingActions();
    if (missing.length > 0) notices.warn(`${key}: ${refusedReason(missing)}`);
  }
}

/** Says at the start why a public URL will refuse everybody. */
function refusedReason(missing: readonly string[]): string {
  const cause = `no AWS::Lambda::Permission allows everybody ${missing.join(' and ')}`;
  return `it answers 403, here as on AWS, because ${cause}`;
}

async function connectRestApis(resolved: Resolved, running: Services): Promise<void> {
  const { functions } = running;
  const { definitions, ports, region, shaping, clock, apiKeys } = resolved;
  const shared = {
    region,
    shaping,
    functions,
    services: hostedServices(resolved, running),
    apiKeys,
    credentials: resolved.secrets.credentials,
    usagePlans: createUsagePlans(definitions.usagePlans, clock.now),
    authorizers: createAuthorizers(functions, clock.now),
    userPools: createTokenVerifier(await importPoolKeys(resolved.userPools)),
  };
  for (const definition of definitions.apis) {
    const handler = restHandler({ ...shared, definition });
    requirePort(ports, definition.key).connect(handler, allowOrigins(mockedOrigins(definition)));
  }
}

function connectHttpApis(resolved: Resolved, running: Services): void {
  const { functions } = running;
  const services = hostedServices(resolved, running);
  const { definitions, ports, region, clock } = resolved;
  const { credentials } = resolved.secrets;
  for (const definition of definitions.httpApis) {
    const { key, cors } = definition;
    const handler = httpApiHandler({
      definition,
      services,
      region,
      credentials,
      functions,
      authorizerCache: new Map<string, never>(),
      now: clock.now,
    });
    requirePort(ports, key).connect(handler, allowOrigins(cors?.allowOrigins));
  }
}

/** Connects the ports of web functions. Returns their code. `closing` ends their environments. */
export function connectWebFunctions(
  resolved: Resolved,
  { logs, metrics }: Pick<FunctionHosts, 'logs' | 'metrics'>,
  closing: AsyncDisposableStack,
): Promise<readonly WatchedCode[]> {
  const { definitions, secrets, binding, gateway } = resolved;
  const platform = platformVariables({ ...resolved, url: gateway.url });
  const { credentials } = secrets;
  const own = { credentials, ownHost: binding.host, platform, logs, metrics };
  return startWebFunctions(definitions.webFunctions, { ...resolved, ...own }, closing);
}

/** Connects the port of sign-in, if there is a user pool; `closing` closes its sessions. */
export function connectSignIn(
  { userPools, data, directory, secrets, ports }: Resolved,
  closing: AsyncDisposableStack,
): void {
  if (userPools.length === 0) return;
  const store = openStore(join(data, 'sign-in.sqlite'), sessionSchema, directory.disk);
  closing.defer(() => store.close());
  const sessions = { secret: deriveKey(secrets, 'sign-in'), adapter: sessionAdapter(store) };
  requirePort(ports, signInKey).connect(signInHandler(userPools, sessions), { isLinked: true });
}

function requirePort(ports: Ports, key: string): Port {
  const port = ports.get(key);
  if (port === undefined) throw new Error(`${key} has no port`);
  return port;
}

function allowOrigins(origins: readonly string[] = []): PageAccess {
  return { allows: (origin) => origins.includes('*') || origins.includes(origin) };
}
