import { isRecord } from '#local/wire/shape.ts';
import type { Attributes } from '#local/sqs/queue.ts';
import type { Resource } from '#local/template/stacks.ts';

/** A queue of a template. */
export interface QueueDefinition {
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly attributes: Attributes;
}

/** The properties of an AWS::SQS::Queue that are not attributes. */
const nonAttributes: ReadonlySet<string> = new Set(['QueueName', 'Tags']);

/** Reads an AWS::SQS::Queue. Its attributes are text, as in `CreateQueue`. */
export function readQueue({ key, logicalId, properties, stack }: Resource): QueueDefinition {
  const names = properties.names().filter((name) => !nonAttributes.has(name));
  const attributes = names.map((name) => {
    const value = properties.raw(name);
    return [name, isRecord(value) ? JSON.stringify(value) : String(value)] as const;
  });
  const isStandard = properties.raw('FifoQueue') === false;
  return {
    key,
    name: String(stack.scope.attribute(logicalId, 'QueueName')),
    url: String(stack.scope.ref(logicalId)),
    attributes: Object.fromEntries(
      attributes.filter(([name]) => !isStandard || name !== 'FifoQueue'),
    ),
  };
}
