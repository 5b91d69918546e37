import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { grantChat, type Foundation } from '#infra/foundation.ts';
import { addQueue } from '#infra/background/queue-with-dead-letters.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

const workerTimeout = Duration.minutes(5);

export interface TaskParts {
  /** The function of the REST API. */
  readonly tasks: StreambedFunction;
  readonly queue: Queue;
}

/**
 * Adds the queues and functions of tasks: the function of the REST API, and a worker each for tasks
 * and for callbacks.
 */
export function addTasks(foundation: Foundation): TaskParts {
  const { stack, props, table, answers, chatEnv, storageEnv } = foundation;
  // The visibility timeout is six times the worker's timeout, as AWS advises.
  const queue = addQueue(stack, 'Tasks', {
    visibility: Duration.seconds(workerTimeout.toSeconds() * 6),
    maxReceiveCount: props.taskRetrySeconds.length + 1,
  });
  const callbacks = addQueue(stack, 'Callbacks', {
    visibility: Duration.minutes(3),
    // All attempts, and deliveries that end at once because another worker has the callback.
    maxReceiveCount: props.callbackRetrySeconds.length + 10,
  });
  const callbackSettings = {
    CALLBACK_QUEUE: callbacks.queueUrl,
    LOOPBACK_CALLBACKS: loopbackCallbacks(stack),
  };
  const environment = { ...chatEnv, ...callbackSettings, TASK_QUEUE: queue.queueUrl };
  const tasks = new StreambedFunction(stack, 'TasksFunction', {
    bundle: 'tasks',
    timeout: Duration.seconds(29),
    environment,
  });
  const worker = new StreambedFunction(stack, 'TaskWorkerFunction', {
    bundle: 'task-worker',
    timeout: workerTimeout,
    environment: { ...environment, RETRY_SECONDS: props.taskRetrySeconds.join(',') },
  });
  const sender = new StreambedFunction(stack, 'CallbackWorkerFunction', {
    bundle: 'callback-worker',
    timeout: Duration.seconds(30),
    environment: {
      ...storageEnv,
      ...callbackSettings,
      RETRY_SECONDS: props.callbackRetrySeconds.join(','),
    },
  });
  table.grantTurns(tasks.role);
  table.grantTurnRemoval(tasks.role);
  answers.grantAnswers(tasks.role);
  queue.grantSendMessages(tasks.role);
  grantChat(foundation, worker);
  callbacks.grantSendMessages(worker.role);
  table.grantTurns(sender.role);
  answers.grantAnswers(sender.role);
  const batches = { batchSize: 5, reportBatchItemFailures: true };
  worker.addEventSource(new SqsEventSource(queue, { ...batches, maxConcurrency: 20 }));
  sender.addEventSource(new SqsEventSource(callbacks, { ...batches, maxConcurrency: 5 }));
  return { tasks, queue };
}

function loopbackCallbacks(stack: Stack): string {
  return new CfnParameter(stack, 'LoopbackCallbacks', {
    description: 'Allows callbacks to this machine over plain HTTP. For local use only.',
    allowedValues: ['true', 'false'],
    default: 'false',
  }).valueAsString;
}
