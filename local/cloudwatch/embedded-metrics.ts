import type { Metric, Sample } from '#local/cloudwatch/metric-store.ts';

/**
 * Returns the metrics in a log line in CloudWatch's embedded metric format. As there, a line that
 * breaks a rule of the format is only a log line.
 */
export function readEmbeddedMetrics(line: string): readonly Sample[] {
  if (!line.includes('"_aws"')) return [];
  const start = line.indexOf('{');
  try {
    return toSamples(membersOf(JSON.parse(line.slice(start))));
  } catch {
    return [];
  }
}

type Members = ReadonlyMap<string, unknown>;

/** The limits of a set of dimensions, and of the values of a metric. */
const maxDimensions = 30;
const maxValues = 100;

function toSamples(line: Members): readonly Sample[] {
  const metadata = membersOf(line.get('_aws'));
  const at = numberOf(metadata.get('Timestamp'));
  return listOf(metadata.get('CloudWatchMetrics')).flatMap((item) => {
    const directive = membersOf(item);
    const namespace = textOf(directive.get('Namespace'));
    const sets = listOf(directive.get('Dimensions')).map((set) => toDimensions(line, listOf(set)));
    const definitions = listOf(directive.get('Metrics')).map(membersOf);
    return definitions.flatMap((definition) => {
      const name = textOf(definition.get('Name'));
      const unit = textOf(definition.get('Unit') ?? 'None');
      return valuesOf(line.get(name)).flatMap((value) =>
        sets.map((dimensions) => ({ metric: { namespace, name, dimensions }, unit, at, value })),
      );
    });
  });
}

function toDimensions(line: Members, set: readonly unknown[]): Metric['dimensions'] {
  if (set.length > maxDimensions) throw new RangeError('Too many dimensions');
  const names = set.map(textOf).toSorted();
  return names.map((name) => ({ name, value: textOf(line.get(name)) }));
}

function valuesOf(value: unknown): readonly number[] {
  const values = Array.isArray(value) ? value.map(numberOf) : [numberOf(value)];
  if (values.length > maxValues) throw new RangeError('Too many values');
  return values;
}

function membersOf(value: unknown): Members {
  return new Map<string, unknown>(Object.entries(Object(value)));
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('Not a list');
}

function textOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError('Not a text');
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError('Not a number');
}
