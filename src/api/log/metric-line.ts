import {
  dimensionSets,
  metricNamespace,
  metrics,
  metricService,
  type MetricDefinition,
  type MetricValues,
} from '#domain/metrics/metric-names.ts';

/** The values of the dimensions that differ between lines. */
export interface MetricDimensions {
  readonly route?: string | undefined;
  readonly model?: string | undefined;
}

/** A `MetricDirective` of CloudWatch's embedded metric format. */
interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: { readonly Name: string; readonly Unit: string }[];
}

/**
 * Returns the members that make a log line publish metrics, in CloudWatch's embedded metric format:
 * `_aws`, the values, and the dimensions. Returns no members if nothing was measured.
 */
export function toMetricMembers(
  values: MetricValues,
  known: MetricDimensions,
  timestampMs: number,
): Readonly<Record<string, unknown>> {
  // Each metric is in one directive: those with the same sets of dimensions share it.
  const directives = new Map<string, MetricDirective>();
  for (const [Name, { unit: Unit, per }] of Object.entries<MetricDefinition>(metrics)) {
    if (!(Name in values)) continue;
    const key = per.join();
    const directive = directives.get(key) ?? toDirective(per, known);
    directives.set(key, directive);
    directive.Metrics.push({ Name, Unit });
  }
  if (directives.size === 0) return {};
  const { route, model } = known;
  return {
    _aws: { Timestamp: timestampMs, CloudWatchMetrics: [...directives.values()] },
    service: metricService,
    ...(route === undefined ? {} : { route }),
    ...(model === undefined ? {} : { model }),
    ...values,
  };
}

/** A set whose dimensions have no values in the line would make the whole line invalid. */
function toDirective(per: MetricDefinition['per'], known: MetricDimensions): MetricDirective {
  const sets = per.filter((set) => set === 'service' || known[set] !== undefined);
  return {
    Namespace: metricNamespace,
    Dimensions: sets.map((set) => dimensionSets[set]),
    Metrics: [],
  };
}
