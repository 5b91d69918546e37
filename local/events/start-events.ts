import type { Clock } from '#local/process/clock.ts';
import type { Definitions } from '#local/host/definitions.ts';
import { runRule } from '#local/events/rules.ts';
import { pollQueue } from '#local/lambda/invoke/queue-poller.ts';
import type { Services } from '#local/host/services.ts';

export interface EventsSettings {
  readonly definitions: Definitions;
  readonly services: Services;
  readonly clock: Clock;
  readonly region: string;
  log(line: string): void;
}

/**
 * Starts queue polling and scheduled rules, and resumes unfinished asynchronous invocations and
 * state machine executions. Disposing `cleanup` stops polling and rules.
 */
export function startEvents(settings: EventsSettings, cleanup: AsyncDisposableStack): void {
  const { definitions, services, clock, region, log } = settings;
  const stopped = new AbortController();
  cleanup.defer(() => stopped.abort());
  const { functions, asyncEvents, sqs, stepFunctions } = services;
  const { queues } = sqs;
  for (const definition of definitions.eventSources.filter(({ isEnabled }) => isEnabled)) {
    pollQueue({ definition, queues, functions, clock, region, log }, stopped.signal);
  }
  const rules = {
    clock,
    region,
    start: (arn: string, body: string) => services.deliver(arn, { body }),
  };
  for (const rule of definitions.rules) {
    runRule(rule, rules, stopped.signal).catch((error: unknown) =>
      log(`! ${rule.key}: ${String(error)}`),
    );
  }
  asyncEvents.start();
  stepFunctions.executions.resume(definitions.stateMachines);
}
