import { ChatError, toChatError } from '#domain/errors.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/open-turn.ts';
import { backoffSeconds, type RetryPolicy } from '#domain/task/backoff.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import {
  hasEnded,
  mayBegin,
  taskConversation,
  type Delivered,
  type Task,
  type TaskChange,
  type TaskError,
  type TaskKey,
  type TaskQueue,
  type Tasks,
} from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';

export interface TaskPorts extends TurnPorts {
  readonly tasks: Tasks;
  readonly callbacks: TaskQueue;
}

export interface TaskDelivery {
  readonly key: TaskKey;
  /** The turn that a task asks for; each attempt is a request of its own. */
  toTurn(task: Task, attempt: number): TurnRequest;
  /** How often the task was delivered, from 1. */
  readonly count: number;
  /** From 0 to 1: keeps tasks that met the same busy model from coming back together. */
  readonly chance: number;
}

/** A task whose worker dies is begun anew as often. */
const maxAttempts = 3;

/** The longest that a limit is waited for. */
const maxLimitSeconds = 900;

/**
 * Brings a task to its end, however often it is delivered: its turn is one and the same request,
 * so that its model is asked once. What is in its way at the last delivery ends it, too. Throws
 * where it is to be delivered again, and nobody knows why.
 */
export async function runTask(
  ports: TaskPorts,
  policy: RetryPolicy,
  delivery: TaskDelivery,
): Promise<Delivered> {
  const task = await ports.tasks.find(delivery.key);
  if (task === undefined) return { type: 'done' };
  // One that failed for the time being begins anew when it is sent back, or asked for again. What
  // is still on its way from before is no such wish, and was delivered before.
  const isAskedFor = mayBegin(task) && delivery.count === 1;
  if (hasEnded(task) && !isAskedFor) return tell(ports, task);
  await ports.tasks.change(
    task,
    // What an earlier end has left is no longer so.
    { state: 'running', startedAtMs: ports.clock.now(), finishedAtMs: undefined, error: undefined },
    { states: [task.state] },
  );
  const end = await attempt(ports, delivery, task).catch((error: unknown) => caught(error));
  switch (end.type) {
    case 'ended':
      return finish(ports, task, end.error);
    case 'later':
      return later(ports, task, { ...end, pause: pauseOf(policy, delivery, end.afterSeconds) });
    case 'elsewhere':
      return later(ports, task, { error: ongoing, pause: pauseOf(policy, delivery) });
  }
}

function pauseOf(
  policy: RetryPolicy,
  { count, chance }: TaskDelivery,
  atLeastSeconds?: number,
): number | undefined {
  return backoffSeconds(policy, { tries: count, chance }, atLeastSeconds);
}

/** What a task is told to have failed by whose other delivery came to no end, either. */
const ongoing = {
  code: 'timed_out',
  message: 'The time for this task was up.',
  mayPass: true,
} as const;

interface Later {
  readonly error: TaskError;
  /** The seconds until the next delivery, if this was not the last one. */
  readonly pause: number | undefined;
}

/** At its last delivery a task ends; it becomes a dead letter, from where it can be sent again. */
async function later(ports: TaskPorts, task: Task, { error, pause }: Later): Promise<Delivered> {
  if (pause !== undefined) return { type: 'again', afterSeconds: pause };
  await finish(ports, task, error);
  return { type: 'again', afterSeconds: 0 };
}

type End =
  | { readonly type: 'ended'; readonly error?: TaskError }
  | { readonly type: 'later'; readonly error: TaskError; readonly afterSeconds?: number }
  /** Another delivery is still at it. */
  | { readonly type: 'elsewhere' };

/** What kept a turn from beginning: for good, such as a model that is no longer offered, or not. */
function caught(error: unknown): End {
  const { code, message, retryable } = toChatError(error);
  if (!retryable) return { type: 'ended', error: { code, message } };
  return { type: 'later', error: { code, message, mayPass: true } };
}

/** Each attempt is a request of its own; one that was made before tells how it went then. */
async function attempt(ports: TaskPorts, delivery: TaskDelivery, task: Task): Promise<End> {
  for (let number = 1; ; number += 1) {
    const { turnId, failure } = await runToEnd(ports, delivery.toTurn(task, number));
    const turn = await turnOf(ports, task, turnId);
    if (turn === undefined) return { type: 'elsewhere' };
    if (turn.state !== 'interrupted' || number === maxAttempts) return endOf(turn, failure);
  }
}

interface Told {
  readonly turnId: string;
  /** The error that the turn ended with, if any. */
  readonly failure?: ChatError;
}

async function runToEnd(ports: TaskPorts, request: TurnRequest): Promise<Told> {
  let told: Told = { turnId: request.turnId };
  for await (const event of runTurn(ports, request)) {
    if (event.type === 'turn-start') told = { turnId: event.turnId };
    if (event.type === 'error') told = { ...told, failure: event.error };
  }
  return told;
}

/** A task's turn, once it has ended; attempts are few, and on one page. */
async function turnOf(
  { conversations }: TaskPorts,
  task: Task,
  turnId: string,
): Promise<Turn | undefined> {
  const { items } = await conversations.turns(taskConversation(task), { limit: 20 });
  return items.find((turn) => turn.turnId === turnId);
}

/** The turn that a task came to, once it has ended; undefined while it runs. */
export async function lastTurn(
  { conversations }: Pick<TurnPorts, 'conversations'>,
  key: TaskKey,
): Promise<Turn | undefined> {
  const conversation = taskConversation(key);
  const [page, found] = await Promise.all([
    conversations.turns(conversation, { limit: 1 }),
    conversations.find(conversation),
  ]);
  return found?.liveTurn === undefined ? page.items[0] : undefined;
}

function endOf(turn: Turn, failure: ChatError | undefined): End {
  const { state, isUnanswered } = turn;
  if (state === 'complete') return { type: 'ended' };
  const { code, message, retryable, retryAfterSeconds = 0 } = failure ?? unknown;
  const mayPass = isUnanswered === true && retryable && retryAfterSeconds <= maxLimitSeconds;
  if (!mayPass) return { type: 'ended', error: { code, message } };
  return { type: 'later', error: { code, message, mayPass }, afterSeconds: retryAfterSeconds };
}

/** For a turn whose state says that it failed, and nothing else does. */
const unknown = new ChatError('internal', 'The answer broke off because of a fault.');

async function finish(
  ports: TaskPorts,
  task: Task,
  error: TaskError | undefined,
): Promise<Delivered> {
  const { callback } = task;
  const end: TaskChange = {
    finishedAtMs: ports.clock.now(),
    error,
    state: error === undefined ? 'succeeded' : 'failed',
    // In the same write, so that nobody who hears of the end is forgotten; each end has its tries.
    ...(callback === undefined
      ? {}
      : { callback: { url: callback.url, state: 'pending', attempts: 0 } as const }),
  };
  const ended = await ports.tasks.change(task, end, { states: ['running'] });
  return ended === undefined ? { type: 'done' } : tell(ports, ended);
}

/** Sends the end of a task on its way; again, if nobody knows whether that was done. */
async function tell({ callbacks }: TaskPorts, task: Task): Promise<Delivered> {
  if (task.callback?.state === 'pending') await callbacks.send(task);
  return { type: 'done' };
}
