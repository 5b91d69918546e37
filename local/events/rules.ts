import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { readSchedule, type Schedule } from '#local/events/schedule.ts';
import {
  readScheduleInput,
  readTargetInput,
  type TargetInput,
} from '#local/events/target-input.ts';
import type { Properties } from '#local/template/properties.ts';
import { accountId } from '#local/template/stack-context.ts';
import type { Resource } from '#local/template/stacks.ts';

/** A rule that starts its targets on a schedule. */
export interface RuleDefinition {
  readonly key: string;
  readonly arn: string;
  readonly schedule: Schedule;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly arn: string;
  readonly input: TargetInput;
}

/**
 * Reads an AWS::Events::Rule or AWS::Scheduler::Schedule. Returns `undefined` if it is disabled.
 * Warns of a rule that waits for events, because there is no event bus, and returns `undefined`.
 */
export function readRule(
  resource: Resource,
  { warn }: { warn(message: string): void },
): RuleDefinition | undefined {
  const { key, logicalId, type, properties, stack } = resource;
  if (properties.optionalText('State') === 'DISABLED') return undefined;
  const isRule = type === 'AWS::Events::Rule';
  const name = 'ScheduleExpression';
  const expression = isRule ? properties.optionalText(name) : properties.text(name);
  const targets = isRule ? properties.list('Targets') : [properties.nested('Target')];
  if (expression === undefined) {
    const names = targets.map((target) => target.text('Arn')).join(' and ');
    if (names !== '') warn(`${key}: event buses are not hosted here, so no event starts ${names}`);
    return undefined;
  }
  return {
    key,
    arn: String(stack.scope.attribute(logicalId, 'Arn')),
    schedule: isRule
      ? readRuleSchedule(expression, properties)
      : readZonedSchedule(expression, properties),
    targets: targets.map((target) => ({
      arn: target.text('Arn'),
      input: isRule ? readTargetInput(target) : readScheduleInput(target),
    })),
  };
}

/** A rule knows neither single times nor time zones. */
function readRuleSchedule(expression: string, { key }: Properties): Schedule {
  return inProperty(key, () => {
    if (/^\s*at\(/u.test(expression)) {
      throw new Error(
        `${expression} is for AWS::Scheduler::Schedule; a rule has rate(…) or cron(…)`,
      );
    }
    return readSchedule(expression);
  });
}

function readZonedSchedule(expression: string, properties: Properties): Schedule {
  return inProperty(properties.key, () =>
    readSchedule(expression, {
      timezone: properties.optionalText('ScheduleExpressionTimezone'),
      startMs: readDate(properties, 'StartDate'),
      endMs: readDate(properties, 'EndDate'),
    }),
  );
}

function inProperty(key: string, read: () => Schedule): Schedule {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${key}.ScheduleExpression: ${reason}`, { cause: error });
  }
}

function readDate(properties: Properties, name: string): number | undefined {
  const text = properties.optionalText(name);
  const ms = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`${name} must be a date, not ${text}`);
  return ms;
}

export interface RuleSettings {
  readonly clock: Clock;
  readonly region: string;
  /** Sends the input to the function, state machine or queue of an ARN. */
  start(arn: string, input: string): void;
}

/** Runs a rule until its schedule ends or the signal is aborted. */
export async function runRule(
  rule: RuleDefinition,
  { clock, region, start }: RuleSettings,
  signal: AbortSignal,
): Promise<void> {
  // A timer may end a little early, and the rule must not run again then.
  let due = rule.schedule.next(clock.now());
  while (due !== undefined) {
    await clock.sleep(due - clock.now(), signal);
    if (signal.aborted) return;
    const event = scheduledEvent(rule, due, region);
    for (const { arn, input } of rule.targets) start(arn, input(event));
    due = rule.schedule.next(Math.max(clock.now(), due));
  }
}

function scheduledEvent({ arn }: RuleDefinition, due: number, region: string): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: new Date(due).toISOString().replace(/\.\d+Z$/u, 'Z'),
    region,
    resources: [arn],
    detail: {},
  };
}
