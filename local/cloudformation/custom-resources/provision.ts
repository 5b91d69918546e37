import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyChanges,
  type Provisioning,
  type StartSystem,
} from '#local/cloudformation/custom-resources/apply-changes.ts';
import { compare, type Change } from '#local/cloudformation/custom-resources/change.ts';
import {
  declaredResources,
  resolveCustomResource,
  type DeclaredResource,
} from '#local/cloudformation/custom-resources/custom-resource.ts';
import { createOutcomes } from '#local/cloudformation/custom-resources/outcomes.ts';
import {
  createResourceStore,
  resourceSchema,
} from '#local/cloudformation/custom-resources/resource-store.ts';
import type { Bound } from '#local/host/bind.ts';
import { createNotices } from '#local/host/notices.ts';
import { contextOf } from '#local/host/resolve.ts';
import { openStore } from '#local/process/store.ts';
import { noCustomResources, type CustomResources } from '#local/template/stack-context.ts';
import { openStacks, type OpenStack } from '#local/template/stacks.ts';

/**
 * Creates, updates and deletes the custom resources of the templates, those first on which others
 * depend. Their functions run in a system of its own, which has ended when the promise resolves. If
 * nothing has changed since the last start, nothing is started.
 */
export async function provision(bound: Bound, startSystem: StartSystem): Promise<CustomResources> {
  const quiet = quietly(bound);
  const stacks = await open(quiet, noCustomResources);
  const declared = declaredResources(stacks, bound.region);
  const file = join(bound.data, 'custom-resources.sqlite');
  if (declared.length === 0 && !existsSync(file)) return noCustomResources;
  await bound.directory.opening();
  await using closing = new AsyncDisposableStack();
  const database = openStore(file, resourceSchema, bound.directory.disk);
  closing.defer(() => database.close());
  const keys = declared.map(({ key }) => key);
  const outcomes = createOutcomes(stacks, keys);
  const store = createResourceStore(database);
  const { warn } = bound.notices;
  const run: Provisioning = { bound: quiet, startSystem, store, outcomes, warn };
  for (let ready = outcomes.ready(); ready.length > 0; ready = outcomes.ready()) {
    const next = declared.filter(({ key }) => ready.includes(key));
    await createOrUpdate(run, next);
  }
  await deleteOthers(run, declared);
  outcomes.report(warn);
  return outcomes.customResources();
}

/** What it finds odd is not reported: the system that is started afterwards finds the same. */
function quietly(bound: Bound): Bound {
  const directory = { ...bound.directory, opened: () => Promise.resolve() };
  return { ...bound, directory, watch: false, notices: createNotices(() => undefined) };
}

function open(bound: Bound, custom: CustomResources): Promise<readonly OpenStack[]> {
  return openStacks(bound.templates, bound.values, contextOf(bound, custom));
}

async function createOrUpdate(
  run: Provisioning,
  declared: readonly DeclaredResource[],
): Promise<void> {
  const { bound, outcomes, store } = run;
  const stacks = await open(bound, outcomes.customResources());
  const changes: Change[] = [];
  for (const each of declared) {
    const change = compare(resolveCustomResource(each, stacks), store);
    if (change.type !== 'keep') changes.push(change);
    else outcomes.set(each.key, { type: 'created', created: change.row });
  }
  await applyChanges(run, changes);
}

/** Deletes what has left the templates, and what updates have replaced. */
async function deleteOthers(
  run: Provisioning,
  declared: readonly DeclaredResource[],
): Promise<void> {
  const isDeclared = (row: Omit<DeclaredResource, 'key'>): boolean =>
    declared.some(
      ({ stackId, logicalId, type }) =>
        stackId === row.stackId && logicalId === row.logicalId && type === row.type,
    );
  const left = run.store.all().filter((row) => row.isReplaced || !isDeclared(row));
  const retained = left.filter(({ isRetained, isReplaced }) => isRetained && !isReplaced);
  for (const row of retained) run.store.delete(row);
  const deleted = left.filter((row) => !retained.includes(row));
  await applyChanges(
    run,
    deleted.map((row) => ({ type: 'delete', row })),
  );
}
