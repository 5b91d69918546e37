import type { Json } from '#local/template/json.ts';
import type { Properties } from '#local/template/properties.ts';
import { stackIdOf } from '#local/template/stack-context.ts';
import type { OpenStack } from '#local/template/stacks.ts';
import { isRecord } from '#local/wire/shape.ts';

/** A custom resource as a template declares it. */
export interface DeclaredResource {
  readonly key: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  /** Whether it gets no `Delete` when it has left the template. */
  readonly isRetained: boolean;
}

/** A custom resource with every reference resolved. */
export interface CustomResource extends DeclaredResource {
  /** As its function receives them: numbers and booleans are strings. */
  readonly properties: Json;
}

/** Types with the form of custom resources that the host performs when it reads the templates. */
const readElsewhere: ReadonlySet<string> = new Set([
  'Custom::CrossRegionExportReader',
  'Custom::CrossRegionExportWriter',
  'Custom::LogRetention',
  'Custom::S3BucketNotifications',
  // The code of a web function, which is found where it is.
  'Custom::S3ObjectCopy',
]);

function isCustom(type: string): boolean {
  const isOfForm = type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
  return isOfForm && !readElsewhere.has(type);
}

/** Returns the custom resources of the stacks, except those whose condition is false. */
export function declaredResources(
  stacks: readonly OpenStack[],
  region: string,
): readonly DeclaredResource[] {
  return stacks.flatMap(({ template, scope, keyOf }) =>
    [...template.resources]
      .filter(([, { type }]) => isCustom(type))
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .map(([logicalId, { type, isRetained }]) => {
        const stackId = stackIdOf(template.stackName, region);
        return { key: keyOf(logicalId), stackId, logicalId, type, isRetained };
      }),
  );
}

/** Resolves a custom resource. Throws an error that names a property which cannot be resolved. */
export function resolveCustomResource(
  declared: DeclaredResource,
  stacks: readonly OpenStack[],
): CustomResource {
  const all = stacks.flatMap((stack) => stack.ofType(declared.type));
  const resource = all.find(({ key }) => key === declared.key);
  if (resource === undefined) throw new Error(`There is no resource ${declared.key}`);
  const { properties } = resource;
  const entries = properties.names().map((name) => [name, toTexts(properties.raw(name))] as const);
  const texts = { ...Object.fromEntries(entries), ...withoutInstallation(properties) };
  return { ...declared, properties: texts };
}

/** CDK's AwsCustomResource would install the SDK with npm, although the runtime has it. */
function withoutInstallation(properties: Properties): Json {
  return properties.has('InstallLatestAwsSdk') ? { InstallLatestAwsSdk: 'false' } : {};
}

function toTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toTexts);
  if (!isRecord(value)) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toTexts(item)]));
}
