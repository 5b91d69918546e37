import { Duration, type Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';

const period = Duration.minutes(5);

/** The metrics that AWS itself publishes about the stack. */
export interface AwsMetrics {
  /** Invocations that failed, of the functions that callers wait for. */
  readonly errors: IMetric;
  /** Invocations of these functions that Lambda refused. */
  readonly throttles: IMetric;
  /** The invocations that run at once in the account and the Region. */
  readonly concurrency: IMetric;
  /** Responses of the REST API with a status of 500 and up. */
  readonly apiErrors: IMetric;
  /** Messages in all queues of dead letters. */
  readonly deadLetters: IMetric;
  /** The age of the oldest task that waits or runs, in seconds. */
  readonly taskAge: IMetric;
  /** Requests that any table refused. */
  readonly tableThrottles: IMetric;
}

/**
 * Returns the metrics of the functions that callers wait for, at most ten of them, and of all
 * queues, tables and APIs of the stack.
 */
export function readAwsMetrics(
  stack: Stack,
  functions: readonly StreambedFunction[],
  tasks: Queue,
): AwsMetrics {
  const parts = stack.node.findAll();
  const queues = parts.filter((part) => part instanceof Queue);
  const deadLetters = queues.filter(({ deadLetterQueue }) => deadLetterQueue === undefined);
  const tables = parts.filter((part) => part instanceof Table);
  const apis = parts.filter((part) => part instanceof RestApi);
  const visible = { statistic: Stats.MAXIMUM, period };
  return {
    errors: sum(
      'errors',
      'Function errors',
      functions.map((one) => one.metricErrors({ period })),
    ),
    throttles: sum(
      'throttles',
      'Function throttles',
      functions.map((one) => one.metricThrottles({ period })),
    ),
    concurrency: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'ConcurrentExecutions',
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    }),
    apiErrors: sum(
      'api',
      'API errors',
      apis.map((api) => api.metricServerError({ period })),
    ),
    deadLetters: sum(
      'dead',
      'Dead letters',
      deadLetters.map((queue) => queue.metricApproximateNumberOfMessagesVisible(visible)),
    ),
    taskAge: tasks.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period }),
    tableThrottles: sum('table', 'Table throttles', tables.flatMap(throttlesOf)),
  };
}

/** CloudWatch publishes these only when they occur; `SUM` takes a missing one for 0. */
function throttlesOf(table: Table): readonly Metric[] {
  return ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
    table.metric(name, { statistic: Stats.SUM, period }),
  );
}

/**
 * Returns the sum of metrics, at most ten of which an alarm can add. Their names begin with `id`:
 * names are shared by all metrics of a graph, and `METRICS()` would be all of them.
 */
function sum(id: string, label: string, metrics: readonly IMetric[]): IMetric {
  if (metrics.length > 10) throw new Error(`${label}: an alarm can add at most ten metrics`);
  const usingMetrics = Object.fromEntries(
    metrics.map((metric, index) => [`${id}${index}`, metric] as const),
  );
  const expression = `SUM([${Object.keys(usingMetrics).join(', ')}])`;
  return new MathExpression({ expression, usingMetrics, label, period });
}
