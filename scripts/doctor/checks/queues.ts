import type { QueueFacts, SourceFacts, StackFacts } from '#scripts/doctor/facts.ts';
import type { Finding } from '#scripts/doctor/finding.ts';

/** Judges the queues of a stack: their workers' time, and what was given up. */
export function checkQueues(stack: StackFacts): readonly Finding[] {
  return [
    ...stack.sources.flatMap((source) => checkVisibility(source, stack)),
    ...stack.queues.flatMap((queue) => checkDeadLetters(queue, stack.queues)),
  ];
}

/** AWS recommends this many times the timeout of the function. */
const recommended = 6;

function checkVisibility(
  { queueArn, functionName }: SourceFacts,
  { queues, functions }: StackFacts,
): readonly Finding[] {
  const queue = queues.find(({ arn }) => arn === queueArn);
  const worker = functions.find(({ name }) => name === functionName);
  if (queue === undefined || worker === undefined) return [];
  const { logicalId, visibilitySeconds, url } = queue;
  const { timeoutSeconds } = worker;
  const needed = recommended * timeoutSeconds;
  if (visibilitySeconds >= needed) return [];
  const isTooShort = visibilitySeconds < timeoutSeconds;
  return [
    {
      check: 'queue-visibility',
      severity: isTooShort ? 'error' : 'warning',
      resource: logicalId,
      message: isTooShort
        ? `messages come back after ${visibilitySeconds} s, while ${worker.logicalId} may work on them for ${timeoutSeconds} s: they are handled twice`
        : `messages come back after ${visibilitySeconds} s; AWS recommends ${recommended} times the ${timeoutSeconds} s of ${worker.logicalId}`,
      fix: `aws sqs set-queue-attributes --queue-url ${url} --attributes VisibilityTimeout=${needed}`,
    },
  ];
}

function checkDeadLetters(
  { logicalId, arn, waiting }: QueueFacts,
  queues: readonly QueueFacts[],
): readonly Finding[] {
  const source = queues.find(({ deadLetterArn }) => deadLetterArn === arn);
  if (source === undefined || !(waiting > 0)) return [];
  return [
    {
      check: 'dead-letters',
      severity: 'error',
      resource: logicalId,
      message: `${waiting} message${waiting === 1 ? '' : 's'} of ${source.logicalId} given up after all attempts`,
      fix: `See DeadLettersAlarm in docs/operations.md; then: aws sqs start-message-move-task --source-arn ${arn}`,
    },
  ];
}
