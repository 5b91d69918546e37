import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { anything, integer, list, string, structure } from '#local/wire/shape.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import { invalidRequest, invalidToken, resourceNotFound } from '#local/events/bus/event-errors.ts';
import type { EventMaker } from '#local/events/bus/put-events.ts';
import { busArn, type EventBus, type Rule } from '#local/events/bus/rule.ts';
import { fromTags, tagList, toTags, withoutTags, type Tags } from '#local/wire/rpc/tags.ts';

const name = string({ min: 1, max: 256, pattern: '[/.\\-_A-Za-z0-9]+' });

const described = {
  Description: string({ max: 512 }),
  DeadLetterConfig: structure({}, { Arn: string() }),
  KmsKeyIdentifier: string({ max: 2048 }),
  LogConfig: anything,
};

/** Returns the operations on buses and on tags, by name. */
export function busOperations(
  buses: EventBuses,
  maker: EventMaker,
): readonly (readonly [string, Operation])[] {
  const requireBus = (nameOrArn?: string): EventBus => {
    const found = buses.bus(buses.nameOf(nameOrArn));
    if (found === undefined) {
      throw resourceNotFound(`Event bus ${buses.nameOf(nameOrArn)} does not exist.`);
    }
    return found;
  };
  return [
    ['CreateEventBus', createBus(buses, maker)],
    [
      'UpdateEventBus',
      operation(structure({}, { Name: name, ...described }), (input) => {
        const changed = { ...requireBus(input.Name), description: input.Description };
        buses.putBus(changed);
        return { Arn: changed.arn, Name: changed.name, Description: input.Description };
      }),
    ],
    [
      'DescribeEventBus',
      operation(structure({}, { Name: string() }), ({ Name }) => describe(requireBus(Name))),
    ],
    [
      'DeleteEventBus',
      operation(structure({ Name: name }), ({ Name }) => {
        if (Name === 'default') throw invalidRequest('Cannot delete event bus default.');
        if (buses.rules(Name).length > 0) {
          throw invalidRequest(`Event bus ${Name} cannot be deleted because it has rules.`);
        }
        buses.deleteBus(Name);
      }),
    ],
    ['ListEventBuses', listBuses(buses)],
    ...tagOperations(buses),
  ];
}

function createBus(buses: EventBuses, { region, now }: EventMaker): Operation {
  return operation(structure({ Name: name }, { ...described, Tags: tagList }), (input) => {
    if (buses.bus(input.Name) !== undefined) {
      const message = `Event bus ${input.Name} already exists.`;
      throw new AwsError('ResourceAlreadyExistsException', message);
    }
    const arn = busArn(region, input.Name);
    buses.putBus({
      name: input.Name,
      arn,
      createdAt: Math.floor(now()),
      description: input.Description,
      deadLetterArn: input.DeadLetterConfig?.Arn,
      tags: toTags(input.Tags),
      by: 'api',
    });
    return { EventBusArn: arn, Description: input.Description };
  });
}

function describe(bus: EventBus): object {
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    Policy: bus.policy,
    CreationTime: bus.createdAt / 1000,
    LastModifiedTime: bus.createdAt / 1000,
  };
}

function listBuses(buses: EventBuses): Operation {
  const shape = structure(
    {},
    { NamePrefix: name, NextToken: string(), Limit: integer({ min: 1, max: 100 }) },
  );
  return operation(shape, ({ NamePrefix = '', NextToken: token, Limit: size = 100 }) => {
    const found = buses.buses().filter((bus) => bus.name.startsWith(NamePrefix));
    const page = pageOf(found, { keyOf: (bus) => bus.name, size, token, invalid: invalidToken });
    return { EventBuses: page.items.map(describe), NextToken: page.token };
  });
}

/** Rules and buses have tags, and are named by their ARN. */
function tagOperations(buses: EventBuses): readonly (readonly [string, Operation])[] {
  const change = (arn: string, update: (tags: Tags) => Tags): Tags => {
    const rule: Rule | undefined = buses.rules().find((each) => each.arn === arn);
    const bus = buses.buses().find((each) => each.arn === arn);
    const found = rule ?? bus;
    if (found === undefined) throw resourceNotFound(`${arn} does not exist.`);
    const tags = update(found.tags);
    if (rule !== undefined) buses.putRule({ ...rule, tags });
    else if (bus !== undefined) buses.putBus({ ...bus, tags });
    return tags;
  };
  const byArn = { ResourceARN: string({ min: 1, max: 1600 }) };
  return [
    [
      'TagResource',
      operation(structure({ ...byArn, Tags: tagList }), ({ ResourceARN, Tags }) => {
        change(ResourceARN, (tags) => ({ ...tags, ...toTags(Tags) }));
      }),
    ],
    [
      'UntagResource',
      operation(structure({ ...byArn, TagKeys: list(string()) }), ({ ResourceARN, TagKeys }) => {
        change(ResourceARN, (tags) => withoutTags(tags, TagKeys));
      }),
    ],
    [
      'ListTagsForResource',
      operation(structure(byArn), ({ ResourceARN }) => {
        const tags = change(ResourceARN, (same) => same);
        return { Tags: fromTags(tags) };
      }),
    ],
  ];
}
