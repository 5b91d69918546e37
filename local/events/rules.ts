import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { readSchedule, type Schedule } from '#local/events/schedule.ts';
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
  /** JSON that the target receives instead of the event. */
  readonly input: string | undefined;
}

/**
 * Reads an AWS::Events::Rule or AWS::Scheduler::Schedule. Returns `undefined` if it is disabled or
 * has no schedule.
 */
export function readRule({
  key,
  logicalId,
  type,
  properties,
  stack,
}: Resource): RuleDefinition | undefined {
  const expression = properties.optionalText('ScheduleExpression');
  if (expression === undefined || properties.optionalText('State') === 'DISABLED') return undefined;
  const isRule = type === 'AWS::Events::Rule';
  const timezone = properties.optionalText('ScheduleExpressionTimezone');
  const targets = isRule ? properties.list('Targets') : [properties.nested('Target')];
  return {
    key,
    arn: String(stack.scope.attribute(logicalId, 'Arn')),
    schedule: readRuleSchedule(`${key}.ScheduleExpression`, expression, timezone),
    targets: targets.map((target) => ({
      arn: target.text('Arn'),
      // Without an input, a schedule sends an empty object and a rule sends its event.
      input: target.optionalText('Input') ?? (isRule ? undefined : '{}'),
    })),
  };
}

function readRuleSchedule(
  place: string,
  expression: string,
  timezone: string | undefined,
): Schedule {
  try {
    return readSchedule(expression, timezone);
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
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
  for (;;) {
    const due = rule.schedule.next(clock.now());
    if (due === undefined) return;
    await clock.sleep(due - clock.now(), signal);
    if (signal.aborted) return;
    for (const { arn, input } of rule.targets)
      start(arn, input ?? scheduledEvent(rule, due, region));
  }
}

function scheduledEvent({ arn }: RuleDefinition, due: number, region: string): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: new Date(due).toISOString().replace(/\.\d+Z$/u, 'Z'),
    region,
    resources: [arn],
    detail: {},
  });
}
