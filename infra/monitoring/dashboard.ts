import { Duration, type Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  MathExpression,
  Stats,
  type Alarm,
  type HorizontalAnnotation,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { targets, type AlarmSettings } from '#infra/monitoring/alarms.ts';
import type { AwsMetrics } from '#infra/monitoring/aws-metrics.ts';
import { modelMetric, ownMetric, routeMetric } from '#infra/monitoring/own-metrics.ts';
import { turnRoutes, type MetricName, type TurnRoute } from '#domain/metrics/metric-names.ts';

export interface DashboardContent {
  readonly aws: AwsMetrics;
  readonly alarms: readonly Alarm[];
  readonly settings: AlarmSettings;
  /** The ids of all models that turns may ask. */
  readonly models: readonly string[];
  /** These, and the model that reads documents. */
  readonly paidModels: readonly string[];
  /** In MB, of the functions that run turns. */
  readonly memorySize: number;
}

/** Adds the dashboard: the alarms, and the measurements with the targets as lines. */
export function addDashboard(stack: Stack, content: DashboardContent): void {
  const { alarms } = content;
  const dashboard = new Dashboard(stack, 'Dashboard', { defaultInterval: Duration.hours(24) });
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 }));
  dashboard.addWidgets(...streamWidgets(content));
  dashboard.addWidgets(...comparisonWidgets(content));
  dashboard.addWidgets(...outcomeWidgets());
  dashboard.addWidgets(...refusalWidgets(content));
  dashboard.addWidgets(...spendingWidgets(content));
  dashboard.addWidgets(...resourceWidgets(content));
}

function graph(
  title: string,
  metrics: readonly IMetric[],
  ...lines: readonly HorizontalAnnotation[]
): GraphWidget {
  return new GraphWidget({
    title,
    left: [...metrics],
    leftYAxis: { min: 0 },
    leftAnnotations: [...lines],
    width: 8,
  });
}

const line = (value: number, label: string): HorizontalAnnotation => ({ value, label });

/** Returns percentiles of a metric. */
function percentiles(name: MetricName, ...percents: readonly number[]): readonly IMetric[] {
  return percents.map((percent) => ownMetric(name, Stats.p(percent), `p${percent}`));
}

const sums = (...names: readonly MetricName[]): readonly IMetric[] =>
  names.map((name) => ownMetric(name, Stats.SUM));

function streamWidgets({ memorySize }: DashboardContent): readonly GraphWidget[] {
  return [
    graph(
      'Time to first token (ms)',
      percentiles('TimeToFirstToken', 50, 95, 99),
      line(targets.firstTokenMs, 'target: below 2 s'),
    ),
    graph(
      'Time between chunks (ms)',
      percentiles('InterChunkGap', 50, 90, 99),
      line(20, 'target: from 20 ms'),
      line(50, 'target: to 50 ms'),
    ),
    graph(
      'Memory in use (MB)',
      turnRoutes.map((route) => routeMetric('MemoryUsed', Stats.MAXIMUM, route)),
      line(memorySize, `target: below ${memorySize} MB`),
    ),
  ];
}

function comparisonWidgets({ models }: DashboardContent): readonly GraphWidget[] {
  const p95 = Stats.p(95);
  const target = line(targets.firstTokenMs, 'target: below 2 s');
  // A search has no tokens.
  const routes = turnRoutes.filter((route) => route !== 'POST /knowledge/search');
  return [
    graph(
      'Time to first token by route (p95, ms)',
      routes.map((route) => routeMetric('TimeToFirstToken', p95, route)),
      target,
    ),
    graph(
      'Time to first token by model (p95, ms)',
      models.map((model) => modelMetric('TimeToFirstToken', p95, model)),
      target,
    ),
    graph(
      'Time between chunks by model (p99, ms)',
      models.map((model) => modelMetric('InterChunkGap', Stats.p(99), model)),
    ),
  ];
}

function outcomeWidgets(): readonly GraphWidget[] {
  return [
    graph(
      'Turns by route',
      turnRoutes.map((route) => routeMetric('Turns', Stats.SUM, route)),
    ),
    graph('Failed turns', sums('FailedBeforeFirstToken', 'FailedAfterFirstToken')),
    graph('Failed turns by route', turnRoutes.map(failuresOf)),
  ];
}

function failuresOf(route: TurnRoute, index: number): IMetric {
  // Names are shared by all metrics of a graph.
  const [before, after] = [`before${index}`, `after${index}`];
  return new MathExpression({
    expression: `${before} + ${after}`,
    usingMetrics: {
      [before]: routeMetric('FailedBeforeFirstToken', Stats.SUM, route),
      [after]: routeMetric('FailedAfterFirstToken', Stats.SUM, route),
    },
    label: route,
    period: Duration.minutes(5),
  });
}

function refusalWidgets({ models }: DashboardContent): readonly GraphWidget[] {
  return [
    graph('Turns throttled by Bedrock', [
      ...models.map((model) => modelMetric('ThrottledByModel', Stats.SUM, model)),
      ...sums('Retries', 'Fallbacks'),
    ]),
    graph(
      'Turns refused by limits',
      sums('RefusedByRequestsPerMinute', 'RefusedByTokensPerDay', 'RefusedByUsdPerDay'),
    ),
    graph('Duration of turns (ms)', percentiles('TurnDuration', 50, 95, 99)),
  ];
}

function spendingWidgets({ paidModels, settings }: DashboardContent): readonly GraphWidget[] {
  const day = Duration.days(1);
  return [
    graph(
      'Spending a day (USD)',
      [ownMetric('CostUsd', Stats.SUM, 'all models').with({ period: day })],
      line(settings.usdPerDay, 'alarm'),
    ),
    graph(
      'Spending by model (USD)',
      paidModels.map((model) => modelMetric('CostUsd', Stats.SUM, model)),
    ),
    graph('Tokens', sums('InputTokens', 'OutputTokens', 'CacheReadTokens', 'CacheWriteTokens')),
  ];
}

function resourceWidgets({ aws, settings }: DashboardContent): readonly GraphWidget[] {
  const { accountConcurrency } = settings;
  return [
    graph(
      'Concurrency in the account',
      [aws.concurrency],
      line(targets.concurrencyShare * accountConcurrency, 'alarm'),
      line(accountConcurrency, 'limit'),
    ),
    graph('Refused and failed requests', [
      aws.errors,
      aws.throttles,
      aws.apiErrors,
      aws.tableThrottles,
      ...sums('AuthorizerFailures'),
    ]),
    graph('Queues', [aws.taskAge, aws.deadLetters, ...sums('CallbacksGivenUp')]),
    graph('New environments and repeated requests', sums('ColdStarts', 'RepeatedTurns')),
  ];
}
