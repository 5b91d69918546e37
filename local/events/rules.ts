import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { readSchedule, type Schedule } from '#local/events/schedule.ts';
import { readScheduleInput, type TargetInput } from '#local/events/target-input.ts';
import { hostedTargets } from '#local/events/bus/read-rules.ts';
import { eventTime, type BusEvent } from '#local/events/bus/rule.ts';
import type { Properties } from '#local/template/properties.ts';
import { accountId } from '#local/template/stack-context.ts';
import type { Resource } from '#local/template/stacks.ts';

/** What runs on a schedule. */
export interface RuleDefinition {
  readonly key: string;
  readonly arn: string;
  readonly schedule: Schedule;
}

/** A schedule of EventBridge Scheduler, which starts its target. */
export interface ScheduleDefinition extends RuleDefinition {
  readonly target: { readonly arn: string; readonly input: TargetInput };
}

/** Reads an AWS::Scheduler::Schedule. Returns `undefined` if it is disabled. */
export function readScheduleResource(resource: Resource): ScheduleDefinition | undefined {
  const { key, logicalId, properties, stack } = resource;
  if (properties.optionalText('State') === 'DISABLED') return undefined;
  const target = properties.nested('Target');
  const targetArn = target.text('Arn');
  if (!hostedTargets.test(targetArn))
    stack.warn(`${key}: ${targetArn} is not hosted here, so the schedule starts nothing`);
  return {
    key,
    arn: String(stack.scope.attribute(logicalId, 'Arn')),
    schedule: readZonedSchedule(properties.text('ScheduleExpression'), properties),
    target: { arn: targetArn, input: readScheduleInput(target) },
  };
}

function readZonedSchedule(expression: string, properties: Properties): Schedule {
  try {
    return readSchedule(expression, {
      timezone: properties.optionalText('ScheduleExpressionTimezone'),
      startMs: readDate(properties, 'StartDate'),
      endMs: readDate(properties, 'EndDate'),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${properties.key}.ScheduleExpression: ${reason}`, { cause: error });
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
  /** Takes the event of each time that is due. */
  emit(event: BusEvent): void;
}

/** Runs a rule until its schedule ends or the signal is aborted. */
export async function runRule(
  rule: RuleDefinition,
  { clock, region, emit }: RuleSettings,
  signal: AbortSignal,
): Promise<void> {
  // A timer may end a little early, and the rule must not run again then.
  let due = rule.schedule.next(clock.now());
  while (due !== undefined) {
    await clock.sleep(due - clock.now(), signal);
    if (signal.aborted) return;
    emit(scheduledEvent(rule, due, region));
    due = rule.schedule.next(Math.max(clock.now(), due));
  }
}

function scheduledEvent({ arn }: RuleDefinition, due: number, region: string): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: eventTime(due),
    region,
    resources: [arn],
    detail: {},
  };
}
