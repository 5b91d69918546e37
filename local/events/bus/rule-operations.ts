import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { boolean, integer, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import { readSchedule } from '#local/events/schedule.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import {
  invalidRequest,
  invalidToken,
  readPattern,
  resourceNotFound,
} from '#local/events/bus/event-errors.ts';
import { ruleArn, type Rule } from '#local/events/bus/rule.ts';
import { tagList, toTags } from '#local/wire/rpc/tags.ts';

const name = string({ min: 1, max: 64, pattern: '[.\\-_A-Za-z0-9]+' });

const bus = string({ min: 1, max: 1600 });

const putShape = structure(
  { Name: name },
  {
    ScheduleExpression: string({ max: 256 }),
    EventPattern: string({ max: 4096 }),
    State: oneOf('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
    Description: string({ max: 512 }),
    RoleArn: string({ min: 1, max: 1600 }),
    Tags: tagList,
    EventBusName: bus,
  },
);

type PutInput = Shaped<typeof putShape>;

/** Returns a rule. Throws EventBridge's error if there is none. */
export function requireRule(buses: EventBuses, ruleName: string, busNameOrArn?: string): Rule {
  const on = buses.nameOf(busNameOrArn);
  requireBus(buses, on);
  const rule = buses.rule(on, ruleName);
  if (rule === undefined) {
    throw resourceNotFound(`Rule ${ruleName} does not exist on EventBus ${on}.`);
  }
  return rule;
}

function requireBus(buses: EventBuses, on: string): void {
  if (buses.bus(on) === undefined) throw resourceNotFound(`Event bus ${on} does not exist.`);
}

/** Returns the operations on rules, by name. */
export function ruleOperations(
  buses: EventBuses,
  region: string,
): readonly (readonly [string, Operation])[] {
  const byName = structure({ Name: name }, { EventBusName: bus, Force: boolean });
  const setState = (state: Rule['state']): Operation =>
    operation(byName, ({ Name, EventBusName }) => {
      buses.putRule({ ...requireRule(buses, Name, EventBusName), state });
    });
  return [
    ['PutRule', operation(putShape, (input) => putRule(buses, input, region))],
    [
      'DescribeRule',
      operation(byName, ({ Name, EventBusName }) =>
        describe(requireRule(buses, Name, EventBusName)),
      ),
    ],
    ['EnableRule', setState('ENABLED')],
    ['DisableRule', setState('DISABLED')],
    [
      'DeleteRule',
      operation(byName, ({ Name, EventBusName }) => {
        const on = buses.nameOf(EventBusName);
        requireBus(buses, on);
        const rule = buses.rule(on, Name);
        if (rule === undefined) return;
        if (rule.targets.length > 0) {
          throw invalidRequest("Rule can't be deleted since it has targets.");
        }
        buses.deleteRule(rule);
      }),
    ],
    ['ListRules', listRules(buses)],
    ['ListRuleNamesByTarget', listByTarget(buses)],
  ];
}

/** `PutRule` replaces all of a rule but its targets and its tags. */
function putRule(buses: EventBuses, input: PutInput, region: string): object {
  const on = buses.nameOf(input.EventBusName);
  const { ScheduleExpression: schedule, EventPattern: pattern } = input;
  requireBus(buses, on);
  checkTrigger(input, on);
  const existing = buses.rule(on, input.Name);
  const arn = ruleArn(region, on, input.Name);
  buses.putRule({
    name: input.Name,
    bus: on,
    arn,
    state: input.State ?? 'ENABLED',
    description: input.Description,
    roleArn: input.RoleArn,
    pattern,
    schedule,
    targets: existing?.targets ?? [],
    tags: existing?.tags ?? toTags(input.Tags),
    by: existing?.by ?? 'api',
  });
  return { RuleArn: arn };
}

/** Throws EventBridge's error unless a rule has a valid pattern, a valid schedule or both. */
export function checkTrigger(
  { ScheduleExpression, EventPattern }: Pick<PutInput, 'ScheduleExpression' | 'EventPattern'>,
  on: string,
): void {
  if (!ScheduleExpression && !EventPattern) {
    throw invalidRequest('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (EventPattern) readPattern(EventPattern);
  if (!ScheduleExpression) return;
  if (on !== 'default') {
    throw invalidRequest('ScheduleExpression is supported only on the default event bus.');
  }
  try {
    if (ScheduleExpression.trimStart().startsWith('at(')) throw new Error('of Scheduler only');
    readSchedule(ScheduleExpression);
  } catch {
    throw invalidRequest('Parameter ScheduleExpression is not valid.');
  }
}

function describe(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
    CreatedBy: '000000000000',
  };
}

function listRules(buses: EventBuses): Operation {
  const shape = structure(
    {},
    {
      NamePrefix: name,
      EventBusName: bus,
      NextToken: string({ min: 1, max: 2048 }),
      Limit: integer({ min: 1, max: 100 }),
    },
  );
  return operation(shape, ({ NamePrefix = '', EventBusName, NextToken: token, Limit = 100 }) => {
    const on = buses.nameOf(EventBusName);
    requireBus(buses, on);
    const found = buses.rules(on).filter((rule) => rule.name.startsWith(NamePrefix));
    const page = pageOf(found, {
      keyOf: (rule) => rule.name,
      size: Limit,
      token,
      invalid: invalidToken,
    });
    return { Rules: page.items.map(describe), NextToken: page.token };
  });
}

function listByTarget(buses: EventBuses): Operation {
  const shape = structure({ TargetArn: string() }, { EventBusName: bus, Limit: integer() });
  return operation(shape, ({ TargetArn, EventBusName }) => {
    const rules = buses.rules(buses.nameOf(EventBusName));
    const found = rules.filter(({ targets }) => targets.some(({ Arn }) => Arn === TargetArn));
    return { RuleNames: found.map((rule) => rule.name) };
  });
}
