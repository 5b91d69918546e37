import type { Conversations } from '#domain/conversation/conversations.ts';
import type { Clock } from '#domain/clock.ts';
import { backoffSeconds, type RetryPolicy } from '#domain/task/backoff.ts';
import { findLastTurn } from '#domain/task/run-task.ts';
import {
  hasEnded,
  type Callback,
  type DeliveryOutcome,
  type Task,
  type TaskKey,
  type Tasks,
} from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** A webhook message to the owner's server. */
export interface CallbackMessage {
  /** The same for every attempt, so that the server can recognise a repeated one. */
  readonly id: string;
  readonly sentAtMs: number;
  readonly body: string;
  /** The secrets that sign the message: the current one, and those that were replaced recently. */
  readonly secrets: readonly string[];
}

export type CallbackOutcome =
  | { readonly type: 'accepted' }
  | { readonly type: 'failed'; readonly problem: string }
  /** Final: the address is not allowed, or the server refuses callbacks. */
  | { readonly type: 'refused'; readonly problem: string };

/** Sends webhook messages to user-supplied URLs. Never throws. */
export interface CallbackSender {
  send(url: string, message: CallbackMessage): Promise<CallbackOutcome>;
}

/** Stores the secrets that sign an owner's callbacks. */
export interface CallbackSecrets {
  /**
   * Returns the current secret, which it creates if there is none, and after it those that were
   * replaced within a day.
   */
  read(owner: string): Promise<readonly [string, ...string[]]>;
  /** Creates a new secret and returns it. The earlier ones sign, too, for a day. */
  rotate(owner: string): Promise<string>;
}

export interface CallbackPorts {
  readonly tasks: Tasks;
  readonly conversations: Conversations;
  readonly sender: CallbackSender;
  readonly secrets: CallbackSecrets;
  readonly clock: Clock;
  /** Returns the body of the message. */
  toBody(task: Task, turn: Turn | undefined): string;
  /** Called when a callback has failed for good. */
  onGivenUp(): void;
}

export interface CallbackDelivery {
  readonly key: TaskKey;
  /** How often the callback has been delivered from the queue, from 1. */
  readonly count: number;
  /** A random number from 0 to 1, so that failed callbacks do not return together. */
  readonly jitter: number;
}

/** Longer than one attempt takes. */
const leaseMs = 10_000;

/** Sends the callback of a task that has ended, once, however often it is delivered. */
export async function deliverCallback(
  ports: CallbackPorts,
  policy: RetryPolicy,
  { key, count, jitter }: CallbackDelivery,
): Promise<DeliveryOutcome> {
  const task = await ports.tasks.find(key);
  const callback = task?.callback;
  if (task === undefined || callback === undefined || !hasEnded(task)) return { type: 'done' };
  if (callback.state === 'delivered') return { type: 'done' };
  // After a final failure it becomes a dead letter, and is tried again when it is sent back.
  if (callback.state === 'failed' && count > 1) return { type: 'retry', afterSeconds: 0 };
  const { waitUntilMs = 0 } = callback;
  const nowMs = ports.clock.now();
  if (waitUntilMs > nowMs) return retryAfter(waitUntilMs - nowMs);
  const claimed = await claim(ports, task, callback);
  if (claimed === undefined) return retryAfter(leaseMs);
  const turn = await findLastTurn(ports, key);
  const outcome = await ports.sender.send(callback.url, {
    id: `task_${task.taskId}_${task.finishedAtMs ?? 0}`,
    sentAtMs: ports.clock.now(),
    body: ports.toBody(task, turn),
    secrets: await ports.secrets.read(task.owner),
  });
  const seconds = backoffSeconds(policy, claimed.attempts, jitter);
  const result = toCallback(claimed, outcome, seconds, ports.clock.now());
  const condition = { states: [task.state], callback: claimed };
  const changed = await ports.tasks.change(task, { callback: result }, condition);
  if (changed !== undefined && result.state === 'failed') ports.onGivenUp();
  if (outcome.type !== 'failed') return { type: 'done' };
  // Without a further delay, the failure is final.
  return { type: 'retry', afterSeconds: seconds ?? 0 };
}

function retryAfter(ms: number): DeliveryOutcome {
  return { type: 'retry', afterSeconds: Math.ceil(ms / 1_000) };
}

/** Claims the callback, so that no other delivery sends it at the same time. */
async function claim(
  { tasks, clock }: CallbackPorts,
  task: Task,
  callback: Callback,
): Promise<Callback | undefined> {
  const attempts = callback.state === 'failed' ? 0 : callback.attempts;
  const claimed: Callback = {
    url: callback.url,
    state: 'pending',
    attempts: attempts + 1,
    waitUntilMs: clock.now() + leaseMs,
  };
  const states = [task.state];
  const changed = await tasks.change(task, { callback: claimed }, { states, callback });
  return changed === undefined ? undefined : claimed;
}

function toCallback(
  { url, attempts }: Callback,
  outcome: CallbackOutcome,
  afterSeconds: number | undefined,
  nowMs: number,
): Callback {
  switch (outcome.type) {
    case 'accepted':
      return { url, attempts, state: 'delivered' };
    case 'refused':
      return { url, attempts, state: 'failed', problem: outcome.problem };
    case 'failed': {
      const { problem } = outcome;
      if (afterSeconds === undefined) return { url, attempts, state: 'failed', problem };
      // Other deliveries of the same task wait as long.
      const waitUntilMs = nowMs + afterSeconds * 1_000;
      return { url, attempts, state: 'pending', problem, waitUntilMs };
    }
  }
}
