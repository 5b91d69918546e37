import { paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { FunctionFacts, QueueFacts, SourceFacts } from '#scripts/doctor/facts.ts';
import type { Attempts } from '#scripts/doctor/finding.ts';
import type { Clients } from '#scripts/doctor/read/clients.ts';
import type { StackResource, StackResources } from '#scripts/doctor/read/read-stack.ts';

/** Reads the queues of a stack. */
export async function readQueues(
  { sqs }: Clients,
  stack: StackResources,
  attempts: Attempts,
): Promise<readonly QueueFacts[]> {
  const queues = await Promise.all(
    stack.ofType('AWS::SQS::Queue').map(async (resource) => {
      const call = {
        check: 'queues',
        action: 'sqs:GetQueueAttributes',
        resource: resource.logicalId,
      };
      const command = new GetQueueAttributesCommand({
        QueueUrl: resource.physicalId,
        AttributeNames: ['All'],
      });
      const found = await attempts.read(call, () => sqs.send(command));
      return found === undefined ? undefined : toQueue(resource, { ...found.Attributes });
    }),
  );
  return queues.filter((each) => each !== undefined);
}

function toQueue(
  { logicalId, physicalId }: StackResource,
  attributes: Readonly<Record<string, string | undefined>>,
): QueueFacts {
  const [, deadLetterArn] =
    /"deadLetterTargetArn"\s*:\s*"([^"]+)"/u.exec(attributes['RedrivePolicy'] ?? '') ?? [];
  return {
    logicalId,
    deadLetterArn,
    url: physicalId,
    arn: attributes['QueueArn'] ?? '',
    visibilitySeconds: Number(attributes['VisibilityTimeout']),
    waiting: Number(attributes['ApproximateNumberOfMessages']),
  };
}

/** Reads which queues invoke functions of the stack. */
export async function readSources(
  { lambda: client }: Clients,
  functions: readonly FunctionFacts[],
  attempts: Attempts,
): Promise<readonly SourceFacts[]> {
  const call = {
    check: 'queues',
    action: 'lambda:ListEventSourceMappings',
    resource: 'event sources',
  };
  const names = new Set(functions.map(({ name }) => name));
  const sources = await attempts.read(call, async () => {
    const found: SourceFacts[] = [];
    for await (const page of paginateListEventSourceMappings({ client }, {})) {
      for (const {
        EventSourceArn = '',
        FunctionArn = '',
        ScalingConfig,
      } of page.EventSourceMappings ?? []) {
        const functionName = FunctionArn.split(':')[6] ?? '';
        const maximumConcurrency = ScalingConfig?.MaximumConcurrency;
        if (!EventSourceArn.includes(':sqs:') || !names.has(functionName)) continue;
        found.push({ queueArn: EventSourceArn, functionName, maximumConcurrency });
      }
    }
    return found;
  });
  return sources ?? [];
}
