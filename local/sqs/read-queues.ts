import { isRecord } from '#local/wire/shape.ts';
import type { Attributes } from '#local/sqs/queue.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface QueueDefinition {
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly attributes: Attributes;
}

/** Properties of an AWS::SQS::Queue that are no attributes. */
const notAttributes: ReadonlySet<string> = new Set(['QueueName', 'Tags']);

/** Reads an AWS::SQS::Queue; its attributes are as `CreateQueue` takes them, all of them text. */
export function readQueue({ key, logicalId, properties, stack }: Resource): QueueDefinition {
  const names = properties.names().filter((name) => !notAttributes.has(name));
  const attributes = names.map((name) => {
    const value = properties.raw(name);
    return [name, isRecord(value) ? JSON.stringify(value) : String(value)] as const;
  });
  const isPlain = properties.raw('FifoQueue') === false;
  return {
    key,
    name: String(stack.scope.attribute(logicalId, 'QueueName')),
    url: String(stack.scope.ref(logicalId)),
    attributes: Object.fromEntries(attributes.filter(([name]) => !isPlain || name !== 'FifoQueue')),
  };
}
