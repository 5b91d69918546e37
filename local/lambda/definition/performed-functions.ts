import { resolve } from '#local/template/intrinsics.ts';
import { exportTypes } from '#local/template/references/cross-region-exports.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** CDK's custom resource for files in a bucket, which the host performs itself. */
export const deploymentType = 'Custom::CDKBucketDeployment';

const performedTypes: ReadonlySet<string> = new Set([
  deploymentType,
  ...Object.values(exportTypes),
]);

/** Returns the ARNs of functions that only do what the host performs itself. */
export function performedFunctions(stacks: readonly OpenStack[]): ReadonlySet<unknown> {
  const arns = stacks.flatMap(({ template, scope }) =>
    [...template.resources.values()]
      .filter(({ type }) => performedTypes.has(type))
      .map(({ properties }) => resolve(properties['ServiceToken'], scope)),
  );
  return new Set(arns);
}
