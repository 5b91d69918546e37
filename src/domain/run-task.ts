import { ChatError } from '#domain/errors.ts';
import type { TurnPorts, TurnRequest } from '#domain/open-turn.ts';
import { runTurn } from '#domain/run-turn.ts';
import {
  hasEnded,
  taskConversation,
  type Delivered,
  type Task,
  type TaskChange,
  type TaskError,
  type TaskKey,
  type TaskQueue,
  type Tasks,
} from '#domain/task.ts';
import type { Turn } from '#domain/turn.ts';

export interface TaskPorts extends TurnPorts {
  readonly tasks: Tasks;
  readonly callbacks: TaskQueue;
}

export interface TaskDelivery {
  readonly key: TaskKey;
  /** The turn that a task asks for; each attempt is a request of its own. */
  toTurn(task: Task, attempt: number): TurnRequest;
  /** Whether this is the last time that the task is delivered. */
  readonly isLast: boolean;
}

/** A task whose worker dies is begun anew as often. */
const maxAttempts = 3;

/** What a busy model is waited for between deliveries, and the most that a limit is. */
const pauseSeconds = { usual: 30, most: 900 };

/**
 * Brings a task to its end, however often it is delivered: its turn is one and the same request,
 * so that its model is asked once. Throws where the task cannot be read or kept.
 */
export async function runTask(ports: TaskPorts, delivery: TaskDelivery): Promise<Delivered> {
  const { key, isLast } = delivery;
  const task = await ports.tasks.find(key);
  if (task === undefined) return { type: 'done' };
  const isOver = hasEnded(task) && task.error?.mayPass !== true;
  if (isOver) return tell(ports, task);
  await ports.tasks.change(
    key,
    { state: 'running', startedAtMs: ports.clock.now() },
    { states: [task.state] },
  );
  const end = await attempt(ports, delivery, task);
  switch (end.type) {
    case 'ended':
      return finish(ports, task, end.error);
    case 'later':
      if (!isLast) return { type: 'again', afterSeconds: end.afterSeconds };
      await finish(ports, task, end.error);
      // It becomes a dead letter, from where it can be sent again.
      return { type: 'again', afterSeconds: 0 };
    case 'elsewhere':
      return { type: 'again', afterSeconds: pauseSeconds.usual };
  }
}

type End =
  | { readonly type: 'ended'; readonly error?: TaskError }
  | { readonly type: 'later'; readonly error: TaskError; readonly afterSeconds: number }
  /** Another delivery is still at it. */
  | { readonly type: 'elsewhere' };

async function attempt(ports: TaskPorts, delivery: TaskDelivery, task: Task): Promise<End> {
  for (let number = 1; ; number += 1) {
    const failure = await runToEnd(ports, delivery.toTurn(task, number));
    const turn = await lastTurn(ports, task);
    if (turn === undefined) return { type: 'elsewhere' };
    if (turn.state === 'interrupted' && number < maxAttempts) continue;
    return endOf(turn, failure);
  }
}

/** Gives the error that the turn ended with, if any. */
async function runToEnd(ports: TaskPorts, request: TurnRequest): Promise<ChatError | undefined> {
  let failure: ChatError | undefined;
  for await (const event of runTurn(ports, request)) {
    if (event.type === 'error') failure = event.error;
  }
  return failure;
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
  const { code, message, retryable, retryAfterSeconds = pauseSeconds.usual } = failure ?? unknown;
  const mayPass = isUnanswered === true && retryable && retryAfterSeconds <= pauseSeconds.most;
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
    ...(error === undefined ? { state: 'succeeded' } : { state: 'failed', error }),
    // In the same write, so that nobody who hears of the end is forgotten.
    ...(callback === undefined ? {} : { callback: { ...callback, state: 'pending' } }),
  };
  const ended = await ports.tasks.change(task, end, { states: ['running'] });
  return ended === undefined ? { type: 'done' } : tell(ports, ended);
}

/** Sends the end of a task on its way; again, if nobody knows whether that was done. */
async function tell({ callbacks }: TaskPorts, task: Task): Promise<Delivered> {
  if (task.callback?.state === 'pending') await callbacks.send(task);
  return { type: 'done' };
}
