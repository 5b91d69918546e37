import { viewTypes, type ViewType } from '#local/dynamodb/streams/stream.ts';
import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

/** A table in a template. */
export interface TableDefinition {
  readonly key: string;
  readonly name: string;
  /** The input of `CreateTable`, without the table's name. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly timeToLive: unknown;
  /** What the records of the table's stream contain, if it has one. */
  readonly stream: ViewType | undefined;
}

const schemaProperties = [
  'KeySchema',
  'AttributeDefinitions',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
  'BillingMode',
];

/** Reads a resource of type AWS::DynamoDB::Table or AWS::DynamoDB::GlobalTable. */
export function readTable({ key, logicalId, type, properties, stack }: Resource): TableDefinition {
  const isGlobal = type === 'AWS::DynamoDB::GlobalTable';
  const names = schemaProperties.filter((name) => properties.has(name));
  const schema = Object.fromEntries(names.map((name) => [name, properties.raw(name)]));
  const indexes = properties.list('GlobalSecondaryIndexes').map(toIndex);
  return {
    key,
    stream: properties.has('StreamSpecification')
      ? properties.nested('StreamSpecification').choice('StreamViewType', viewTypes)
      : undefined,
    timeToLive: properties.raw('TimeToLiveSpecification'),
    name: String(stack.scope.ref(logicalId)),
    schema: {
      ...schema,
      ...readThroughput(properties),
      // The capacity of a global table's replicas has no effect here, so it is on demand.
      ...(isGlobal ? { BillingMode: 'PAY_PER_REQUEST' } : {}),
      ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    },
  };
}

function toIndex(index: Properties): Readonly<Record<string, unknown>> {
  const names = ['IndexName', 'KeySchema', 'Projection'];
  const present = names.filter((name) => index.has(name));
  const entries = present.map((name) => [name, index.raw(name)] as const);
  return { ...Object.fromEntries(entries), ...readThroughput(index) };
}

/** Reads numbers as such, because the values of parameters are texts. */
function readThroughput(properties: Properties): Readonly<Record<string, unknown>> {
  if (!properties.has('ProvisionedThroughput')) return {};
  const throughput = properties.nested('ProvisionedThroughput');
  const entries = throughput
    .names()
    .map((name) => [name, throughput.optionalNumber(name)] as const);
  return { ProvisionedThroughput: Object.fromEntries(entries) };
}
