import { readTargetInput } from '#local/events/target-input.ts';
import type { BusEvent, Rule, Target } from '#local/events/bus/rule.ts';
import { DeliveryError, textAttributes, type Send } from '#local/lambda/invoke/delivery.ts';
import { DiskError } from '#local/process/disk.ts';
import { readProperties } from '#local/template/properties.ts';

export interface SendSettings {
  /** Sends a message to what an ARN names. Throws if there is no such thing. */
  readonly send: Send;
  /** Sends an event to another bus. Throws if there is none. */
  forward(busArn: string, event: BusEvent): void;
  warn(message: string): void;
}

/** What a rule sends to one of its targets. */
interface Dispatch {
  readonly rule: Rule;
  readonly target: Target;
  readonly event: BusEvent;
}

/**
 * Sends an event to a target of a rule. What cannot be delivered goes to the dead-letter queue of
 * the target: nothing here would work at a later attempt that does not work at once.
 */
export function sendToTarget(settings: SendSettings, dispatch: Dispatch): void {
  const { target, event, rule } = dispatch;
  try {
    if (target.Arn.includes(':event-bus/')) return settings.forward(target.Arn, event);
    const input = readTargetInput(readProperties(target.Id, target), rule.arn);
    const body = input(event);
    settings.send(target.Arn, { body, groupId: target.SqsParameters?.MessageGroupId });
  } catch (error) {
    // Whoever sent the event learns of a full disk, and sends it again.
    if (error instanceof DiskError) throw error;
    sendDeadLetter(settings, dispatch, error);
  }
}

function sendDeadLetter(
  { send, warn }: SendSettings,
  { rule, target, event }: Dispatch,
  error: unknown,
): void {
  const reason = error instanceof Error ? error.message : String(error);
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  warn(`${rule.arn}: an event was not delivered to ${target.Arn}: ${reason}`);
  if (deadLetterArn === undefined) return;
  const attributes = textAttributes({
    ERROR_CODE: error instanceof DeliveryError ? error.code : 'SDK_CLIENT_ERROR',
    ERROR_MESSAGE: reason,
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn,
  });
  try {
    send(deadLetterArn, { body: JSON.stringify(event), attributes });
  } catch (thrown) {
    warn(`${deadLetterArn}: a dead letter was not delivered: ${String(thrown)}`);
  }
}
