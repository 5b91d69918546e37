import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '#local/cloudformation/custom-resources/answer.ts';
import { deployBucket } from '#local/cloudformation/custom-resources/bucket-deployment.ts';
import type { Change } from '#local/cloudformation/custom-resources/change.ts';
import type { DeclaredResource } from '#local/cloudformation/custom-resources/custom-resource.ts';
import type { Outcomes } from '#local/cloudformation/custom-resources/outcomes.ts';
import type { ResourceStore } from '#local/cloudformation/custom-resources/resource-store.ts';
import {
  openResponseEndpoint,
  type ResponseEndpoint,
} from '#local/cloudformation/custom-resources/response-endpoint.ts';
import {
  sendRequest,
  type ResourceRequest,
} from '#local/cloudformation/custom-resources/send-request.ts';
import { routeWhileStarting, trustOf, type Bound } from '#local/host/bind.ts';
import { resolve, type Resolved } from '#local/host/resolve.ts';
import { createShutdown, type Shutdown } from '#local/host/shutdown.ts';
import type { Running } from '#local/host/start.ts';
import { deploymentType } from '#local/lambda/definition/performed-functions.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import { openCertificate } from '#local/process/tls.ts';
import { publishAssets } from '#local/s3/assets.ts';
import type { Json } from '#local/template/json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Starts a system. */
export type StartSystem = (resolved: Resolved, shutdown: Shutdown) => Promise<Running>;

/** What custom resources are created with. */
export interface Provisioning {
  readonly bound: Bound;
  readonly startSystem: StartSystem;
  readonly store: ResourceStore;
  readonly outcomes: Outcomes;
  warn(message: string): void;
}

/**
 * Makes changes, all at once, in a system that has what is there so far. Stores what was done, and
 * sets the outcomes of the resources.
 */
export async function applyChanges(run: Provisioning, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const resolved = await resolve(run.bound, run.outcomes.customResources());
  const possible = changes.filter((change) => {
    const reason = unhostedReason(change, resolved);
    if (reason !== undefined) finish(run, change, { type: 'unhosted', reason });
    return reason === undefined;
  });
  if (possible.length === 0) return;
  await using closing = new AsyncDisposableStack();
  const shutdown = createShutdown(closing);
  const { data, gateway, ports } = run.bound;
  const certificate = await openCertificate(join(data, 'tls'));
  const endpoint = await openResponseEndpoint(certificate, shutdown.background);
  const trust = await trustOf(certificate);
  shutdown.ports.defer(() => ports.forEach((port) => port.disconnect()));
  shutdown.services.defer(() => gateway.connect(routeWhileStarting));
  const settings = { ...resolved, trust, responsePort: endpoint.port };
  const system = await run.startSystem(settings, shutdown);
  const properties = possible.flatMap((change) => textsIn(requestOf(change).properties));
  const { stacks, clock, services } = system;
  await publishAssets(properties, { stacks, store: services.s3.store, now: clock.now });
  await Promise.all(
    possible.map(async (change) => {
      run.bound.log(`${nameOf(change)}: ${change.type} custom resource`);
      finish(run, change, await perform(system, endpoint, requestOf(change)));
    }),
  );
  await quiescence(system);
}

function isBusy({ hosts, services }: Running): boolean {
  return services.stepFunctions.executions.running() > 0 || hosts.some((host) => host.busy() > 0);
}

/** Lets functions finish what they do after their answer, within reason. Executions go on later. */
async function quiescence({ hosts }: Running): Promise<void> {
  const deadline = performance.now() + maxQuiescenceMs;
  const isRunning = (): boolean => hosts.some((host) => host.busy() > 0);
  while (isRunning() && performance.now() < deadline) await delay(20);
}

const maxQuiescenceMs = 10_000;

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return isRecord(value) || Array.isArray(value) ? Object.values(value).flatMap(textsIn) : [];
}

function nameOf(change: Change): string {
  return change.type === 'delete' ? change.row.logicalId : change.resource.key;
}

/** Returns why nothing here can make a change, or `undefined` if something can. */
function unhostedReason(change: Change, { definitions }: Resolved): string | undefined {
  const { resourceType, serviceToken } = requestOf(change);
  if (resourceType === deploymentType) return undefined;
  if (serviceToken.includes(':sns:')) {
    return `${resourceType} does not run: topics that create resources are not hosted here`;
  }
  const isHosted = definitions.functions.some((each) => isNameOf(each, serviceToken));
  return isHosted
    ? undefined
    : `${resourceType} does not run: its function ${serviceToken} is not hosted here`;
}

function requestOf(change: Change): ResourceRequest {
  switch (change.type) {
    case 'create':
      return { type: 'Create', ...membersOf(change.resource) };
    case 'update': {
      const { physicalId, properties: oldProperties } = change.row;
      return { type: 'Update', ...membersOf(change.resource), physicalId, oldProperties };
    }
    case 'delete':
      return { type: 'Delete', ...membersOf(change.row), physicalId: change.row.physicalId };
  }
}

function membersOf({
  stackId,
  logicalId,
  type: resourceType,
  properties,
}: Omit<DeclaredResource, 'key'> & { readonly properties: Json }): Omit<ResourceRequest, 'type'> {
  const serviceToken = String(properties['ServiceToken']);
  return { stackId, logicalId, resourceType, properties, serviceToken };
}

function perform(
  system: Running,
  endpoint: ResponseEndpoint,
  request: ResourceRequest,
): Promise<Answer> {
  const { functions, caller, s3 } = system.services;
  if (request.resourceType === deploymentType) {
    return deployBucket(request, { caller, objects: s3.store, stacks: system.stacks });
  }
  return sendRequest(
    {
      endpoint,
      call: (arn, event) => functions.call(arn, event),
      isBusy: () => isBusy(system),
    },
    request,
  );
}

/** A service that is not hosted here is no fault of the function. */
const unhostedService = / is not hosted here\.|No service that is hosted here/u;

/** Stores the result of a change, and sets the outcome of its resource. */
function finish(
  { store, outcomes, warn }: Provisioning,
  change: Change,
  result: Answer | { readonly type: 'unhosted'; readonly reason: string },
): void {
  if (change.type === 'delete') {
    store.delete(change.row);
    if (result.type === 'success') return;
    return warn(
      `${change.row.logicalId}: its Delete failed, and is not repeated. ${result.reason}`,
    );
  }
  const { resource } = change;
  if (result.type !== 'success') {
    const isUnhosted = result.type === 'unhosted' || unhostedService.test(result.reason);
    outcomes.set(resource.key, {
      type: isUnhosted ? 'unhosted' : 'failed',
      reason: result.reason,
    });
    return;
  }
  const created = { ...resource, physicalId: result.physicalId, data: result.data };
  if (change.type === 'create') store.create(created);
  else store.update(change.row, created);
  outcomes.set(resource.key, { type: 'created', created });
}
