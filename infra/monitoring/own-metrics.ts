import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  metricNamespace,
  type metrics,
  metricService,
  type MetricName,
  type TurnRoute,
} from '#domain/metrics/metric-names.ts';

/** The metrics that have a set of dimensions. */
type MetricPer<Set extends string> = {
  [Name in MetricName]: Set extends (typeof metrics)[Name]['per'][number] ? Name : never;
}[MetricName];

/** Returns a metric of the functions, over all routes and models. */
export function ownMetric(name: MetricName, statistic: string, label?: string): Metric {
  return toMetric(name, statistic, label, {});
}

/** Returns a metric of one route. */
export function routeMetric(name: MetricPer<'route'>, statistic: string, route: TurnRoute): Metric {
  return toMetric(name, statistic, route, { route });
}

/** Returns a metric of one model. */
export function modelMetric(name: MetricPer<'model'>, statistic: string, model: string): Metric {
  return toMetric(name, statistic, model, { model });
}

function toMetric(
  metricName: MetricName,
  statistic: string,
  label: string | undefined,
  dimensions: Readonly<Record<string, string>>,
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: metricService, ...dimensions },
    statistic,
    ...(label === undefined ? {} : { label }),
    period: Duration.minutes(5),
  });
}
