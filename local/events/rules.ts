import { randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import { readSchedule, type Schedule } from '#local/events/schedule.ts';
import { accountId } from '#local/template/stack-context.ts';
import type { Resource } from '#local/template/stacks.ts';

/** Something that happens by the clock. */
export interface RuleDefinition {
  readonly key: string;
  readonly arn: string;
  readonly schedule: Schedule;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly arn: string;
  /** What it is sent instead of the event, in JSON. */
  readonly input: string | undefined;
}

/** Reads an AWS::Events::Rule or AWS::Scheduler::Schedule; nothing for one that is off or has no time. */
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
    schedule: read(`${key}.ScheduleExpression`, expression, timezone),
    targets: targets.map((target) => ({
      arn: target.text('Arn'),
      // A schedule without an input sends an empty object, a rule its event.
      input: target.optionalText('Input') ?? (isRule ? undefined : '{}'),
    })),
  };
}

function read(place: string, expression: string, timezone: string | undefined): Schedule {
  try {
    return readSchedule(expression, timezone);
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

export interface RuleSettings {
  readonly clock: Clock;
  readonly region: string;
  /** Starts what an ARN names: a function, a state machine or a queue. */
  start(arn: string, input: string): void;
}

/** Runs a rule until the signal is aborted. */
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
