import { isDeepStrictEqual } from 'node:util';
import type { CustomResource } from '#local/cloudformation/custom-resources/custom-resource.ts';
import type {
  ResourceRow,
  ResourceStore,
} from '#local/cloudformation/custom-resources/resource-store.ts';

/** What must be done with a custom resource. */
export type Change =
  | { readonly type: 'create'; readonly resource: CustomResource }
  | { readonly type: 'update'; readonly resource: CustomResource; readonly row: ResourceRow }
  | { readonly type: 'delete'; readonly row: ResourceRow };

/**
 * Returns what has changed since a resource was last created or updated, or its stored row if that
 * is nothing. A resource of another type is another resource.
 */
export function compare(
  resource: CustomResource,
  store: ResourceStore,
): Change | { readonly type: 'keep'; readonly row: ResourceRow } {
  const row = store.find(resource.stackId, resource.logicalId);
  if (row === undefined || row.type !== resource.type) return { type: 'create', resource };
  return isDeepStrictEqual(row.properties, resource.properties)
    ? { type: 'keep', row }
    : { type: 'update', resource, row };
}
