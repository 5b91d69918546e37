import type { Resource } from '#local/template/stacks.ts';

/** A log group of a template. */
export interface LogGroupDefinition {
  readonly name: string;
  /** How long AWS keeps its lines; forever if absent. */
  readonly retentionDays: number | undefined;
}

/** Reads an AWS::Logs::LogGroup. Throws an error that names the invalid property. */
export function readLogGroup({ logicalId, properties, stack }: Resource): LogGroupDefinition {
  return {
    name: String(stack.scope.ref(logicalId)),
    retentionDays: properties.optionalNumber('RetentionInDays'),
  };
}
