import type { Conversations } from '#domain/conversation/conversations.ts';
import type { Clock } from '#domain/clock.ts';
import { backoffSeconds, type RetryPolicy } from '#domain/task/backoff.ts';
import { lastTurn } from '#domain/task/run-task.ts';
import {
  hasEnded,
  type Callback,
  type Delivered,
  type Task,
  type TaskKey,
  type Tasks,
} from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';

/** A message to somebody else's server. */
export interface CallbackMessage {
  /** The same for every attempt, so that the server can tell one that it has. */
  readonly id: string;
  readonly sentAtMs: number;
  readonly body: string;
  /** Keys to sign it with: the current one, and those that are being replaced. */
  readonly secrets: readonly string[];
}

export type CallbackOutcome =
  | { readonly type: 'accepted' }
  | { readonly type: 'failed'; readonly problem: string }
  /** It will never be taken: the address is not one to send to, or says so itself. */
  | { readonly type: 'refused'; readonly problem: string };

/** Sends messages to addresses that strangers chose. Never throws. */
export interface CallbackSender {
  send(url: string, message: CallbackMessage): Promise<CallbackOutcome>;
}

/** Keeps the keys that callbacks are signed with, one owner's at a time. */
export interface CallbackSecrets {
  /** The current one, made at need, and after it those that were replaced, for a day each. */
  read(owner: string): Promise<readonly [string, ...string[]]>;
  /** Makes a new one; those before it sign beside it. */
  rotate(owner: string): Promise<string>;
}

export interface CallbackPorts {
  readonly tasks: Tasks;
  readonly conversations: Conversations;
  readonly sender: CallbackSender;
  readonly secrets: CallbackSecrets;
  readonly clock: Clock;
  /** What the server is told of a task and its answer. */
  describe(task: Task, turn: Turn | undefined): string;
}

export interface CallbackDelivery {
  readonly key: TaskKey;
  /** How often it was delivered, from 1. */
  readonly count: number;
  /** From 0 to 1: keeps those that failed together from coming back together. */
  readonly chance: number;
}

/** Longer than one attempt can take. */
const leaseMs = 10_000;

/** Tells a server once that a task has ended, however often this is delivered. */
export async function deliverCallback(
  ports: CallbackPorts,
  policy: RetryPolicy,
  { key, count, chance }: CallbackDelivery,
): Promise<Delivered> {
  const task = await ports.tasks.find(key);
  const callback = task?.callback;
  if (task === undefined || callback === undefined || !hasEnded(task)) return { type: 'done' };
  if (callback.state === 'delivered') return { type: 'done' };
  // One that failed for good becomes a dead letter, and is tried again when it is sent back.
  if (callback.state === 'failed' && count > 1) return { type: 'again', afterSeconds: 0 };
  const { waitUntilMs = 0 } = callback;
  const nowMs = ports.clock.now();
  if (waitUntilMs > nowMs) return againAfter(waitUntilMs - nowMs);
  const taken = await take(ports, task, callback);
  if (taken === undefined) return againAfter(leaseMs);
  const turn = await lastTurn(ports, key);
  const outcome = await ports.sender.send(callback.url, {
    id: `task_${task.taskId}_${task.finishedAtMs ?? 0}`,
    sentAtMs: ports.clock.now(),
    body: ports.describe(task, turn),
    secrets: await ports.secrets.read(task.owner),
  });
  const seconds = backoffSeconds(policy, { tries: taken.attempts, chance });
  await keep(ports, { task, taken, outcome }, seconds);
  if (outcome.type !== 'failed') return { type: 'done' };
  // Without a further pause it has failed for good.
  return { type: 'again', afterSeconds: seconds ?? 0 };
}

function againAfter(ms: number): Delivered {
  return { type: 'again', afterSeconds: Math.ceil(ms / 1_000) };
}

/** Makes sure that nobody else sends it at the same time. */
async function take(
  { tasks, clock }: CallbackPorts,
  task: Task,
  callback: Callback,
): Promise<Callback | undefined> {
  const before = callback.state === 'failed' ? 0 : callback.attempts;
  const taken: Callback = {
    url: callback.url,
    state: 'pending',
    attempts: before + 1,
    waitUntilMs: clock.now() + leaseMs,
  };
  const states = [task.state];
  const changed = await tasks.change(task, { callback: taken }, { states, callback });
  return changed === undefined ? undefined : taken;
}

interface Attempted {
  readonly task: Task;
  readonly taken: Callback;
  readonly outcome: CallbackOutcome;
}

async function keep(
  { tasks, clock }: CallbackPorts,
  { task, taken, outcome }: Attempted,
  pauseSeconds: number | undefined,
): Promise<void> {
  const callback = calledBack(taken, outcome, pauseSeconds);
  // Others that were given the same task wait as long.
  const waiting =
    callback.state === 'pending' ? { waitUntilMs: clock.now() + (pauseSeconds ?? 0) * 1_000 } : {};
  const change = { callback: { ...callback, ...waiting } };
  await tasks.change(task, change, { states: [task.state], callback: taken });
}

function calledBack(
  { url, attempts }: Callback,
  outcome: CallbackOutcome,
  pauseSeconds: number | undefined,
): Callback {
  switch (outcome.type) {
    case 'accepted':
      return { url, attempts, state: 'delivered' };
    case 'refused':
      return { url, attempts, state: 'failed', problem: outcome.problem };
    case 'failed': {
      const state = pauseSeconds === undefined ? 'failed' : 'pending';
      return { url, attempts, state, problem: outcome.problem };
    }
  }
}
