import type { OpenStack } from '#local/template/stacks.ts';

/** CDK's custom resource for files in a bucket, which the host performs itself. */
export const deploymentType = 'Custom::CDKBucketDeployment';

/** Returns the ARNs of functions that only do what the host performs itself. */
export function performedFunctions(stacks: readonly OpenStack[]): ReadonlySet<unknown> {
  const resources = stacks.flatMap((stack) => stack.ofType(deploymentType));
  return new Set(resources.map(({ properties }) => properties.raw('ServiceToken')));
}
