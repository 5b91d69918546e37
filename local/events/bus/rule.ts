import { integer, list, map, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import { accountId } from '#local/template/stack-context.ts';

/** The target of a rule, as in requests and templates. What else it may have is not used here. */
export const targetShape = structure(
  {
    Id: string({ min: 1, max: 64, pattern: '[.\\-_A-Za-z0-9]+' }),
    Arn: string({ min: 1, max: 1600 }),
  },
  {
    RoleArn: string(),
    Input: string({ max: 8192 }),
    InputPath: string({ max: 256 }),
    InputTransformer: structure(
      { InputTemplate: string({ min: 1, max: 8192 }) },
      { InputPathsMap: map(string()) },
    ),
    SqsParameters: structure({}, { MessageGroupId: string({ min: 1, max: 128 }) }),
    DeadLetterConfig: structure({}, { Arn: string({ min: 1, max: 1600 }) }),
    RetryPolicy: structure(
      {},
      {
        MaximumRetryAttempts: integer({ min: 0, max: 185 }),
        MaximumEventAgeInSeconds: integer({ min: 60, max: 86_400 }),
      },
    ),
  },
);

export type Target = Shaped<typeof targetShape>;

/** Who made a rule or a bus: what a template no longer declares is deleted. */
const madeBy = oneOf('template', 'api');

/** The shape of a rule as it is stored. */
export const ruleShape = structure(
  {
    name: string(),
    bus: string(),
    arn: string(),
    state: oneOf('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
    targets: list(targetShape),
    tags: map(string()),
    by: madeBy,
  },
  /** The pattern is JSON. */
  { description: string(), pattern: string(), schedule: string(), roleArn: string() },
);

export type Rule = Shaped<typeof ruleShape>;

/** The shape of a bus as it is stored. */
export const busShape = structure(
  { name: string(), arn: string(), createdAt: integer(), tags: map(string()), by: madeBy },
  { description: string(), policy: string(), deadLetterArn: string() },
);

/** An event bus. */
export type EventBus = Shaped<typeof busShape>;

/** An event as rules see it and targets receive it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** Returns the ARN of a rule, which names its bus unless that is the default one. */
export function ruleArn(region: string, bus: string, name: string): string {
  const path = bus === 'default' ? name : `${bus}/${name}`;
  return `arn:aws:events:${region}:${accountId}:rule/${path}`;
}

/** Returns the ARN of a bus. */
export function busArn(region: string, name: string): string {
  return `arn:aws:events:${region}:${accountId}:event-bus/${name}`;
}

/**
 * Returns the name of a bus, which may be given by its ARN. The ARN of a bus of another account or
 * Region is returned as it is: no bus has it as its name.
 */
export function busName(region: string, nameOrArn = 'default'): string {
  const prefix = busArn(region, '');
  return nameOrArn.startsWith(prefix) ? nameOrArn.slice(prefix.length) : nameOrArn;
}

/** Returns a time as events have it, without milliseconds. */
export function eventTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, 'Z');
}
