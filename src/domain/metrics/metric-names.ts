/*
 * The metrics in CloudWatch: the functions write them, and the stack's alarms and dashboard read
 * them by these names.
 */

/** The namespace of all metrics. */
export const metricNamespace = 'Streambed';

/** The value of the dimension that every metric has. */
export const metricService = 'streambed';

/**
 * The sets of dimensions that metrics are published with. No dimension is a person, a conversation
 * or a turn: each value would be a metric of its own, and CloudWatch cannot delete any.
 */
export const dimensionSets = {
  service: ['service'],
  route: ['service', 'route'],
  model: ['service', 'model'],
} as const;

type DimensionSet = keyof typeof dimensionSets;

export interface MetricDefinition {
  /** In CloudWatch's spelling. */
  readonly unit: 'Count' | 'Megabytes' | 'Milliseconds' | 'None';
  readonly per: readonly DimensionSet[];
}

const total: MetricDefinition = { unit: 'Count', per: ['service'] };
const perRoute: MetricDefinition = { unit: 'Count', per: ['service', 'route'] };
const perModel: MetricDefinition = { unit: 'Count', per: ['service', 'model'] };

/** Every metric, its unit and its sets of dimensions. `docs/operations.md` says what they mean. */
export const metrics = {
  Turns: perRoute,
  TimeToFirstToken: { unit: 'Milliseconds', per: ['service', 'route', 'model'] },
  InterChunkGap: { unit: 'Milliseconds', per: ['service', 'model'] },
  TurnDuration: { unit: 'Milliseconds', per: ['service'] },
  InputTokens: total,
  OutputTokens: total,
  CacheReadTokens: total,
  CacheWriteTokens: total,
  CostUsd: { unit: 'None', per: ['service', 'model'] },
  FailedBeforeFirstToken: perRoute,
  FailedAfterFirstToken: perRoute,
  ThrottledByModel: perModel,
  RefusedByRequestsPerMinute: total,
  RefusedByTokensPerDay: total,
  RefusedByUsdPerDay: total,
  Retries: total,
  Fallbacks: total,
  RepeatedTurns: total,
  ColdStarts: total,
  MemoryUsed: { unit: 'Megabytes', per: ['service', 'route'] },
  AuthorizerFailures: total,
  CallbacksGivenUp: total,
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metrics;

/** Measured values. A distribution is a list of at most 100 values. */
export type MetricValues = Readonly<Partial<Record<MetricName, number | readonly number[]>>>;

/** The values of the dimension `route`: the routes that begin turns. */
export const turnRoutes = [
  'POST /chat/stream',
  'POST /chat',
  'POST /v1/chat/completions',
  'POST /knowledge/search',
  'POST /tasks',
  // These have Function URLs of their own, and no route of the REST API.
  'invoke',
  'langchain',
] as const;

export type TurnRoute = (typeof turnRoutes)[number];
