import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type { MachineStore, StoredMachine } from '#local/step-functions/machines/machine-store.ts';
import { list, string, structure, type Shaped } from '#local/wire/shape.ts';

/** A list of tags, as requests and responses have them. */
export const tagList = list(
  structure({}, { key: string({ min: 1, max: 128 }), value: string({ max: 256 }) }),
);

/** Returns tags by key. */
export function toTags(tags: Shaped<typeof tagList>): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key = '', value = '' }) => [key, value]));
}

const byResource = { resourceArn: string() };

/** Returns the operations on the tags of state machines. */
export function tagOperations(machines: MachineStore): readonly (readonly [string, Operation])[] {
  return [
    [
      'TagResource',
      operation(structure({ ...byResource, tags: tagList }), ({ resourceArn, tags }) => {
        const machine = requireResource(machines, resourceArn);
        machines.put({ ...machine, tags: { ...machine.tags, ...toTags(tags) } });
      }),
    ],
    [
      'UntagResource',
      operation(structure({ ...byResource, tagKeys: list(string()) }), (input) => {
        const machine = requireResource(machines, input.resourceArn);
        const rest = Object.entries(machine.tags).filter(([key]) => !input.tagKeys.includes(key));
        machines.put({ ...machine, tags: Object.fromEntries(rest) });
      }),
    ],
    [
      'ListTagsForResource',
      operation(structure(byResource), ({ resourceArn }) => {
        const { tags } = requireResource(machines, resourceArn);
        return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
      }),
    ],
  ];
}

function requireResource(machines: MachineStore, arn: string): StoredMachine {
  const machine = machines.find(arn);
  if (machine !== undefined) return machine;
  throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
}
