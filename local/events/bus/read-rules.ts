import { describeProblems } from '#local/wire/describe-problems.ts';
import { readShape } from '#local/wire/shape.ts';
import { inResource, readTags, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';
import { readSchedule } from '#local/events/schedule.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import {
  busName,
  targetShape,
  type EventBus,
  type Rule,
  type Target,
} from '#local/events/bus/rule.ts';
import { checkTrigger } from '#local/events/bus/rule-operations.ts';
import { checkTarget } from '#local/events/bus/target-operations.ts';

/** Reads an AWS::Events::EventBus. */
export function readEventBus({ logicalId, properties, stack }: Resource): EventBus {
  return {
    name: String(stack.scope.ref(logicalId)),
    arn: String(stack.scope.attribute(logicalId, 'Arn')),
    createdAt: 0,
    description: properties.optionalText('Description'),
    deadLetterArn: properties.nested('DeadLetterConfig').optionalText('Arn'),
    tags: readTags(properties),
    by: 'template',
  };
}

/** The services whose resources receive events here. */
export const hostedTargets = /^arn:aws:(?:lambda|sqs|states|sns|events|logs):/u;

/**
 * Reads an AWS::Events::Rule. Warns of targets that are not hosted. Throws an error that names the
 * property which EventBridge would refuse.
 */
export function readEventRule(
  { key, logicalId, properties, stack }: Resource,
  { warn }: { warn(message: string): void },
): Rule {
  const arn = String(stack.scope.attribute(logicalId, 'Arn'));
  const bus = busName(
    String(stack.scope.ref('AWS::Region')),
    properties.optionalText('EventBusName'),
  );
  const pattern = properties.raw('EventPattern');
  const trigger = {
    EventPattern: typeof pattern === 'object' ? JSON.stringify(pattern) : undefined,
    ScheduleExpression: properties.optionalText('ScheduleExpression'),
  };
  checkSchedule(key, trigger.ScheduleExpression);
  inResource(key, () => checkTrigger(trigger, bus));
  const targets = properties.list('Targets').map((target) => readTarget(target));
  for (const { Arn } of targets) {
    if (!hostedTargets.test(Arn)) warn(`${key}: ${Arn} is not hosted here, so no event reaches it`);
  }
  return {
    name: arn.split('/').at(-1) ?? arn,
    bus,
    arn,
    state: properties.choice('State', ['ENABLED', 'DISABLED'], 'ENABLED'),
    description: properties.optionalText('Description'),
    roleArn: properties.optionalText('RoleArn'),
    pattern: trigger.EventPattern,
    schedule: trigger.ScheduleExpression,
    targets,
    tags: readTags(properties),
    by: 'template',
  };
}

/** Says more than EventBridge does about a schedule. A rule has neither single times nor zones. */
function checkSchedule(key: string, expression: string | undefined): void {
  if (expression === undefined) return;
  inResource(`${key}.ScheduleExpression`, () => {
    if (/^\s*at\(/u.test(expression)) {
      throw new Error(
        `${expression} is for AWS::Scheduler::Schedule; a rule has rate(…) or cron(…)`,
      );
    }
    readSchedule(expression);
  });
}

function readTarget(target: Properties): Target {
  const names = [...target.names()];
  const written = Object.fromEntries(names.map((name) => [name, target.raw(name)]));
  const input = target.optionalText('Input');
  const read = readShape(
    targetShape,
    { ...written, ...(input === undefined ? {} : { Input: input }) },
    (problems) => new Error(describeProblems(target.key, problems)),
  );
  inResource(target.key, () => checkTarget(read));
  return read;
}

/**
 * Makes the buses and the rules those of the templates, and keeps those that the API made. Warns of
 * a rule whose bus does not exist.
 */
export function declareRules(
  buses: EventBuses,
  declared: { readonly eventBuses: readonly EventBus[]; readonly rules: readonly Rule[] },
  warn: (message: string) => void,
): void {
  const arns = new Set([...declared.eventBuses, ...declared.rules].map(({ arn }) => arn));
  const isGone = ({ by, arn }: EventBus | Rule): boolean => by === 'template' && !arns.has(arn);
  buses.rules().filter(isGone).forEach(buses.deleteRule);
  for (const { name } of buses.buses().filter(isGone)) buses.deleteBus(name);
  for (const bus of declared.eventBuses) buses.putBus(bus);
  for (const rule of declared.rules) {
    if (buses.bus(rule.bus) !== undefined) buses.putRule(rule);
    else
      warn(`The event bus ${rule.bus} does not exist here, so the rule ${rule.name} is left out`);
  }
}
