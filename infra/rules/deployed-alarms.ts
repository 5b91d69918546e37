import { functionsIn, routesOf } from '#infra/rules/api-routes.ts';
import {
  listOf,
  mapOf,
  referencesIn,
  resourcesOf,
  textOf,
  type DeployedTemplate,
  type Properties,
} from '#infra/rules/deployed-template.ts';
import { metricNamespace, type MetricName } from '#domain/metrics/metric-names.ts';

/** An alarm and the metrics that it reads. */
interface DeployedAlarm {
  readonly id: string;
  readonly metrics: readonly DeployedMetric[];
  /** Whether it stays quiet while there are no values. */
  readonly ignoresMissing: boolean;
}

interface DeployedMetric {
  /** The namespace and the name, such as `AWS/Lambda Errors`. */
  readonly name: string;
  /** The logical ids of what is measured. */
  readonly about: readonly string[];
}

/** Returns the alarms, whether they read one metric or an expression over several. */
export function alarmsOf(template: DeployedTemplate): readonly DeployedAlarm[] {
  return resourcesOf(template, 'CloudWatch::Alarm').map(({ id, properties }) => {
    const several = listOf(properties['Metrics']).map((query) =>
      mapOf(mapOf(mapOf(query)['MetricStat'])['Metric']),
    );
    return {
      id,
      metrics: [properties, ...several].filter((one) => 'MetricName' in one).map(readMetric),
      ignoresMissing: properties['TreatMissingData'] === 'notBreaching',
    };
  });
}

function readMetric({ Namespace, MetricName: name, Dimensions }: Properties): DeployedMetric {
  return { name: `${textOf(Namespace)} ${textOf(name)}`, about: referencesIn(Dimensions) };
}

/** What an operator must learn of. */
interface RequiredAlarm {
  readonly metric: string;
  /** The logical id of what must be measured; anything if absent. */
  readonly about?: string;
}

const ownMetrics: readonly MetricName[] = [
  'TimeToFirstToken',
  'InterChunkGap',
  'FailedBeforeFirstToken',
  'FailedAfterFirstToken',
  'ThrottledByModel',
  'AuthorizerFailures',
  'CostUsd',
];

/** Returns the alarms that a template needs: those of every system, of what streams, of its queues. */
export function requiredAlarms(template: DeployedTemplate): readonly RequiredAlarm[] {
  const streaming = new Set([
    ...routesOf(template)
      .filter(({ isStreamed }) => isStreamed)
      .map(({ functionId }) => functionId),
    ...resourcesOf(template, 'Lambda::Url').flatMap(({ properties }) =>
      functionsIn(template, properties['TargetFunctionArn']),
    ),
  ]);
  const deadLetters = resourcesOf(template, 'SQS::Queue').flatMap(({ properties }) =>
    referencesIn(properties['RedrivePolicy']),
  );
  return [
    { metric: 'AWS/ApiGateway 5XXError' },
    ...ownMetrics.map((name) => ({ metric: `${metricNamespace} ${name}` })),
    ...[...streaming].flatMap((about) => [
      { metric: 'AWS/Lambda Errors', about },
      { metric: 'AWS/Lambda Throttles', about },
    ]),
    ...deadLetters.map((about) => ({
      metric: 'AWS/SQS ApproximateNumberOfMessagesVisible',
      about,
    })),
  ];
}
