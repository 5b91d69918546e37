import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { grantTalking, type Foundation } from '#infra/foundation.ts';
import { addQueue } from '#infra/queue-with-dead-letters.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

const workerTime = Duration.minutes(5);

/** Long jobs: a door, a queue, a worker; and callbacks with a queue and a worker of their own. */
export function addTasks(foundation: Foundation): StreambedFunction {
  const { stack, props, table, answers, talking, keeping } = foundation;
  // Hidden for six times as long as a worker may take, as AWS advises.
  const queue = addQueue(stack, 'Tasks', {
    visibility: Duration.seconds(workerTime.toSeconds() * 6),
    maxReceiveCount: props.taskRetrySeconds.length + 1,
  });
  const callbacks = addQueue(stack, 'Callbacks', {
    visibility: Duration.minutes(3),
    // Each try, and deliveries that come to nothing because somebody else is at it.
    maxReceiveCount: props.callbackRetrySeconds.length + 10,
  });
  const callbackSettings = {
    CALLBACK_QUEUE: callbacks.queueUrl,
    LOOPBACK_CALLBACKS: loopbackCallbacks(stack),
  };
  const environment = { ...talking, ...callbackSettings, TASK_QUEUE: queue.queueUrl };
  const tasks = new StreambedFunction(stack, 'TasksFunction', {
    bundle: 'tasks',
    timeout: Duration.seconds(29),
    environment,
  });
  const worker = new StreambedFunction(stack, 'TaskWorkerFunction', {
    bundle: 'task-worker',
    timeout: workerTime,
    environment: { ...environment, RETRY_SECONDS: props.taskRetrySeconds.join(',') },
  });
  const sender = new StreambedFunction(stack, 'CallbackWorkerFunction', {
    bundle: 'callback-worker',
    timeout: Duration.seconds(30),
    environment: {
      ...keeping,
      ...callbackSettings,
      RETRY_SECONDS: props.callbackRetrySeconds.join(','),
    },
  });
  table.grantTurns(tasks.role);
  answers.grantAnswers(tasks.role);
  queue.grantSendMessages(tasks.role);
  grantTalking(foundation, worker);
  callbacks.grantSendMessages(worker.role);
  table.grantTurns(sender.role);
  answers.grantAnswers(sender.role);
  const batches = { batchSize: 5, reportBatchItemFailures: true };
  worker.addEventSource(new SqsEventSource(queue, { ...batches, maxConcurrency: 20 }));
  sender.addEventSource(new SqsEventSource(callbacks, { ...batches, maxConcurrency: 5 }));
  return tasks;
}

function loopbackCallbacks(stack: Stack): string {
  return new CfnParameter(stack, 'LoopbackCallbacks', {
    description: 'Lets callbacks go to this machine over plain HTTP. Only for a laptop.',
    allowedValues: ['true', 'false'],
    default: 'false',
  }).valueAsString;
}
