import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface TableDefinition {
  readonly key: string;
  readonly name: string;
  /** What `CreateTable` wants. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What dynalite does not do and the template asks for. */
  readonly unmet: readonly string[];
}

const kept = [
  'KeySchema',
  'AttributeDefinitions',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'BillingMode',
  'ProvisionedThroughput',
];

/** Reads an AWS::DynamoDB::Table or GlobalTable. */
export function readTable({ key, logicalId, type, properties, stack }: Resource): TableDefinition {
  const isGlobal = type === 'AWS::DynamoDB::GlobalTable';
  const names = kept.filter((name) => properties.has(name));
  const schema = Object.fromEntries(names.map((name) => [name, properties.raw(name)]));
  const indexes = properties.list('GlobalSecondaryIndexes').map(toIndex);
  const unmet = ['StreamSpecification', 'TimeToLiveSpecification'].filter((name) =>
    properties.has(name),
  );
  return {
    key,
    unmet,
    name: String(stack.scope.ref(logicalId)),
    schema: {
      ...schema,
      // A table in several Regions is on demand here, whatever its replicas have.
      ...(isGlobal ? { BillingMode: 'PAY_PER_REQUEST' } : {}),
      ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    },
  };
}

function toIndex(index: Properties): Readonly<Record<string, unknown>> {
  const names = ['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput'];
  const present = names.filter((name) => index.has(name));
  return Object.fromEntries(present.map((name) => [name, index.raw(name)]));
}
