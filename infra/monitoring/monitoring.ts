import type { Stack } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { addAlarms } from '#infra/monitoring/alarms.ts';
import { readAwsMetrics } from '#infra/monitoring/aws-metrics.ts';
import { addDashboard } from '#infra/monitoring/dashboard.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';

export interface Monitored {
  /** The functions that callers wait for. */
  readonly functions: readonly StreambedFunction[];
  /** The queue of tasks. */
  readonly tasks: Queue;
}

/** Adds the alarms and the dashboard of a stack that is complete. */
export function addMonitoring(
  stack: Stack,
  props: StreambedProps,
  { functions, tasks }: Monitored,
): void {
  const { alarms: settings, models, invokeModels, langchainModel, documentModel } = props;
  const turnModels = [...new Set([...models, ...invokeModels, langchainModel])];
  const aws = readAwsMetrics(stack, functions, tasks);
  addDashboard(stack, {
    aws,
    settings,
    alarms: addAlarms(stack, aws, settings),
    models: turnModels,
    paidModels: [...new Set([...turnModels, documentModel])],
    memorySize: props.options.functions.defaultMemory,
  });
}
