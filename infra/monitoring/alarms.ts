import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { alarmActions, type AlarmTarget } from '#infra/monitoring/alarm-topic.ts';
import type { AwsMetrics } from '#infra/monitoring/aws-metrics.ts';
import { ownMetric } from '#infra/monitoring/own-metrics.ts';

export interface AlarmSettings extends AlarmTarget {
  /** The spending of all owners in a day above which an alarm is raised, in US dollars. */
  readonly usdPerDay: number;
  /** How many invocations the account may run at once in the Region. */
  readonly accountConcurrency: number;
}

/** What the alarms compare with, and the dashboard draws as lines. */
export const targets = {
  firstTokenMs: 2_000,
  gapMs: 2_000,
  taskAgeSeconds: 900,
  /** The part of the account's concurrency that may be in use. */
  concurrencyShare: 0.8,
} as const;

/** An alarm, raised when its metric is above `above` in `periods` periods. */
interface AlarmRule {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly above: number;
  /** How many periods in a row; one by default. */
  readonly periods?: number;
}

/** Adds the alarms. `docs/operations.md` says for each what it means and what to do. */
export function addAlarms(
  stack: Stack,
  aws: AwsMetrics,
  settings: AlarmSettings,
): readonly Alarm[] {
  const actions = alarmActions(stack, settings);
  return [...turnRules(settings), ...resourceRules(aws, settings)].map((rule) => {
    const alarm = new Alarm(stack, rule.id, {
      alarmDescription: `${rule.description} What to do: docs/operations.md, ${rule.id}.`,
      metric: rule.metric,
      threshold: rule.above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: rule.periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...actions);
    alarm.addOkAction(...actions);
    return alarm;
  });
}

/** The alarms about what the functions measure. */
function turnRules({ usdPerDay }: AlarmSettings): readonly AlarmRule[] {
  const count = Stats.SUM;
  return [
    {
      id: 'SlowFirstTokenAlarm',
      description: 'One in twenty answers begins late.',
      metric: ownMetric('TimeToFirstToken', Stats.p(95)),
      above: targets.firstTokenMs,
      periods: 3,
    },
    {
      id: 'StreamGapAlarm',
      description: 'Answers pause while they are written.',
      metric: ownMetric('InterChunkGap', Stats.p(99)),
      above: targets.gapMs,
      periods: 3,
    },
    {
      id: 'FailedTurnsAlarm',
      description: 'More than 5 % of the turns fail.',
      metric: failedShare(),
      above: 5,
    },
    {
      id: 'ModelThrottlesAlarm',
      description: 'Bedrock refuses turns because of its quotas, also after retries.',
      metric: ownMetric('ThrottledByModel', count),
      above: 4,
    },
    {
      id: 'AuthorizerFailuresAlarm',
      description: 'Callers cannot be identified.',
      metric: ownMetric('AuthorizerFailures', count),
      above: 0,
    },
    {
      id: 'CallbacksGivenUpAlarm',
      description: 'A callback was not accepted in any attempt.',
      metric: ownMetric('CallbacksGivenUp', count),
      above: 0,
    },
    {
      id: 'SpendingAlarm',
      description: 'All owners together have spent more in a day than expected.',
      metric: ownMetric('CostUsd', count).with({ period: Duration.days(1) }),
      above: usdPerDay,
    },
  ];
}

/** Returns the share of turns that failed, in percent. A few failures are no trend. */
function failedShare(): IMetric {
  return new MathExpression({
    expression: 'IF(before + after > 2, 100 * (before + after) / turns, 0)',
    usingMetrics: {
      before: ownMetric('FailedBeforeFirstToken', Stats.SUM),
      after: ownMetric('FailedAfterFirstToken', Stats.SUM),
      turns: ownMetric('Turns', Stats.SUM),
    },
    label: 'Failed turns (%)',
    period: Duration.minutes(5),
  });
}

/** The alarms about what AWS measures of the stack. */
function resourceRules(aws: AwsMetrics, settings: AlarmSettings): readonly AlarmRule[] {
  return [
    {
      id: 'FunctionErrorsAlarm',
      description: 'Functions that callers wait for crash, time out or break streams.',
      metric: aws.errors,
      above: 4,
    },
    {
      id: 'ApiErrorsAlarm',
      description: 'The REST API answers with errors of the system.',
      metric: aws.apiErrors,
      above: 4,
    },
    {
      id: 'FunctionThrottlesAlarm',
      description: 'Lambda refuses invocations that callers wait for.',
      metric: aws.throttles,
      above: 0,
    },
    {
      id: 'ConcurrencyAlarm',
      description: 'The account uses most of its concurrency.',
      metric: aws.concurrency,
      above: targets.concurrencyShare * settings.accountConcurrency,
      periods: 3,
    },
    {
      id: 'DeadLettersAlarm',
      description:
        'Tasks, callbacks, uploads, exports or deletions were given up, and wait to be looked at.',
      metric: aws.deadLetters,
      above: 0,
    },
    {
      id: 'OldTasksAlarm',
      description: 'Tasks wait long for a worker.',
      metric: aws.taskAge,
      above: targets.taskAgeSeconds,
    },
    {
      id: 'TableThrottlesAlarm',
      description: 'DynamoDB refuses requests.',
      metric: aws.tableThrottles,
      above: 0,
    },
  ];
}
