import type { Clock } from '#local/process/clock.ts';
import type { Definitions } from '#local/host/definitions.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import type { Rule } from '#local/events/bus/rule.ts';
import { runRule, type RuleSettings } from '#local/events/rules.ts';
import { readSchedule } from '#local/events/schedule.ts';
import { pollQueue } from '#local/lambda/event-sources/queue-poller.ts';
import { pollStream } from '#local/lambda/event-sources/stream-poller.ts';
import type { Services } from '#local/host/services.ts';

export interface EventsSettings {
  readonly definitions: Definitions;
  readonly services: Services;
  readonly clock: Clock;
  readonly region: string;
  log(line: string): void;
}

/**
 * Starts event sources, rules and schedules, and resumes unfinished asynchronous invocations and
 * state machine executions. Disposing `cleanup` stops event sources, rules and schedules.
 */
export function startEvents(settings: EventsSettings, cleanup: AsyncDisposableStack): void {
  const { definitions, services, clock, region, log } = settings;
  const stopped = new AbortController();
  cleanup.defer(() => stopped.abort());
  const { asyncEvents, stepFunctions, eventBridge } = services;
  startEventSources(settings, stopped.signal);
  const time = { clock, region };
  for (const schedule of definitions.schedules) {
    const { arn, input } = schedule.target;
    const emit: RuleSettings['emit'] = (event) => services.deliver(arn, { body: input(event) });
    runRule(schedule, { ...time, emit }, stopped.signal).catch((error: unknown) =>
      log(`! ${schedule.key}: ${String(error)}`),
    );
  }
  runScheduledRules(eventBridge.buses, { ...settings, signal: stopped.signal });
  asyncEvents.start();
  stepFunctions.executions.resume(definitions.stateMachines);
}

/** Starts what invokes functions with the messages of queues and the records of streams. */
function startEventSources(
  { definitions, services, clock, region, log }: EventsSettings,
  signal: AbortSignal,
): void {
  const { functions, sqs, tables, deliver } = services;
  const { streams } = tables;
  const { queues } = sqs;
  for (const definition of definitions.eventSources.filter(({ isEnabled }) => isEnabled)) {
    if (definition.type === 'queue') {
      pollQueue({ definition, queues, functions, clock, region, log }, signal);
    } else {
      const { functionName } = definition;
      const functionArn = functions.find(functionName)?.definition.arn ?? functionName;
      pollStream({ definition, functionArn, streams, functions, deliver, clock, log }, signal);
    }
  }
}

/** Runs the rules of the default bus that have a schedule, as they are and as they change. */
function runScheduledRules(
  buses: EventBuses,
  { signal, clock, region, log }: EventsSettings & { readonly signal: AbortSignal },
): void {
  const running = new Map<string, { readonly schedule: string; readonly end: AbortController }>();
  const follow = (arn: string, rule: Rule | undefined): void => {
    const schedule = rule?.state === 'DISABLED' ? undefined : rule?.schedule;
    const current = running.get(arn);
    // A rule whose targets change keeps its time.
    if (current?.schedule === schedule) return;
    current?.end.abort();
    running.delete(arn);
    if (rule === undefined || schedule === undefined) return;
    const end = new AbortController();
    running.set(arn, { schedule, end });
    const { bus, name } = rule;
    const emit: RuleSettings['emit'] = (event) => {
      const latest = buses.rule(bus, name);
      try {
        if (latest !== undefined) buses.fire(latest, event);
      } catch (error) {
        // A full disk must not end the rule.
        log(`! ${name}: ${String(error)}`);
      }
    };
    runRule(
      { key: name, arn, schedule: readSchedule(schedule) },
      { clock, region, emit },
      AbortSignal.any([signal, end.signal]),
    ).catch((error: unknown) => log(`! ${name}: ${String(error)}`));
  };
  for (const rule of buses.rules()) follow(rule.arn, rule);
  buses.onRule(follow);
}
