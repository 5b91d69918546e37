import { resolve } from '#local/template/intrinsics.ts';
import { readProperties } from '#local/template/properties.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** A log group of a template. */
export interface LogGroupDefinition {
  readonly name: string;
  /** How long AWS keeps its lines; forever if absent. */
  readonly retentionDays: number | undefined;
}

/** How long CloudWatch Logs can keep lines, in days. */
export const retentions = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]);

/** CDK's `logRetention` sets how long a group keeps its lines, and creates the group if needed. */
const logGroupTypes: ReadonlySet<string> = new Set(['AWS::Logs::LogGroup', 'Custom::LogRetention']);

/**
 * Reads the log groups of the stacks. Of their properties, only these two are resolved, because the
 * others, such as a key, may be in a stack that is not here. Throws for an invalid retention.
 */
export function readLogGroups(stacks: readonly OpenStack[]): readonly LogGroupDefinition[] {
  return stacks.flatMap(({ template, scope, keyOf }) =>
    [...template.resources]
      .filter(([, { type }]) => logGroupTypes.has(type))
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .map(([logicalId, { properties }]) => ({
        name: String(scope.ref(logicalId)),
        retentionDays: readRetention(
          keyOf(logicalId),
          resolve(properties['RetentionInDays'], scope),
        ),
      })),
  );
}

function readRetention(key: string, value: unknown): number | undefined {
  const days = readProperties(key, { RetentionInDays: value }).optionalNumber('RetentionInDays');
  if (days === undefined || retentions.has(days)) return days;
  const allowed = [...retentions].join(', ');
  throw new Error(`${key}.RetentionInDays: must be one of ${allowed}, not ${days}`);
}
