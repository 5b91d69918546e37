import type { Turn } from '#domain/conversation/turn.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import { backoffSeconds, type RetryPolicy } from '#domain/task/backoff.ts';
import {
  hasEnded,
  isRetryable,
  taskConversation,
  type DeliveryOutcome,
  type Task,
  type TaskChange,
  type TaskError,
  type TaskKey,
  type TaskQueue,
  type Tasks,
} from '#domain/task/task.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';

export interface TaskPorts extends TurnPorts {
  readonly tasks: Tasks;
  readonly callbacks: TaskQueue;
}

export interface TaskDelivery {
  readonly key: TaskKey;
  /** Returns the turn of a task; each attempt is a request of its own. */
  toTurn(task: Task, attempt: number): TurnRequest;
  /** How often the task has been delivered, from 1. */
  readonly count: number;
  /** A random number from 0 to 1, so that tasks do not all return to a busy model at once. */
  readonly jitter: number;
}

/** How often a task is started if its worker crashes. */
const maxAttempts = 3;

/** The longest limit that is waited for. */
const maxLimitSeconds = 900;

/**
 * Runs a task to its end, however often it is delivered. Its turn is always the same request, so
 * the model is asked once. At the last delivery, an error ends the task. Throws an unexpected
 * error, after which the task is delivered again.
 */
export async function runTask(
  ports: TaskPorts,
  policy: RetryPolicy,
  delivery: TaskDelivery,
): Promise<DeliveryOutcome> {
  const task = await ports.tasks.find(delivery.key);
  if (task === undefined) return { type: 'done' };
  // A new message restarts a task that failed temporarily. One that was delivered before does not.
  const isRestarted = isRetryable(task) && delivery.count === 1;
  if (hasEnded(task) && !isRestarted) return queueCallback(ports, task);
  const started = await ports.tasks.change(
    task,
    // Removes what an earlier end has left.
    { state: 'running', startedAtMs: ports.clock.now(), finishedAtMs: undefined, error: undefined },
    { states: [task.state] },
  );
  // A task that was deleted in the meantime begins no turn.
  const isDeleted = started === undefined && (await ports.tasks.find(task)) === undefined;
  if (isDeleted) return { type: 'done' };
  const result = await attempt(ports, delivery, task).catch((error: unknown) => toFailure(error));
  switch (result.type) {
    case 'ended':
      return finish(ports, task, result.error);
    case 'retry':
      return retry(ports, task, result.error, delay(policy, delivery, result.afterSeconds));
    case 'runs-in-other-worker':
      return retry(ports, task, timedOut, delay(policy, delivery));
  }
}

function delay(
  policy: RetryPolicy,
  { count, jitter }: TaskDelivery,
  atLeastSeconds?: number,
): number | undefined {
  return backoffSeconds(policy, count, jitter, atLeastSeconds);
}

/** The error of a task whose other delivery did not finish either. */
const timedOut = {
  code: 'timed_out',
  message: 'The task took too long.',
  isRetryable: true,
} as const;

/**
 * Delivers a task again after some seconds. At its last delivery it ends, and becomes a dead
 * letter that can be sent again.
 */
async function retry(
  ports: TaskPorts,
  task: Task,
  error: TaskError,
  afterSeconds: number | undefined,
): Promise<DeliveryOutcome> {
  if (afterSeconds !== undefined) return { type: 'retry', afterSeconds };
  await finish(ports, task, error);
  return { type: 'retry', afterSeconds: 0 };
}

type AttemptResult =
  | { readonly type: 'ended'; readonly error?: TaskError }
  | { readonly type: 'retry'; readonly error: TaskError; readonly afterSeconds?: number }
  | { readonly type: 'runs-in-other-worker' };

/** An error before the turn began is final, such as a model that is no longer offered, or not. */
function toFailure(error: unknown): AttemptResult {
  const { code, message, retryable } = toChatError(error);
  if (!retryable) return { type: 'ended', error: { code, message } };
  return { type: 'retry', error: { code, message, isRetryable: true } };
}

/** An attempt that was made before is not repeated: its turn shows how it ended. */
async function attempt(
  ports: TaskPorts,
  delivery: TaskDelivery,
  task: Task,
): Promise<AttemptResult> {
  for (let number = 1; ; number += 1) {
    const { turnId, failure } = await runToEnd(ports, delivery.toTurn(task, number));
    const turn = await findTurn(ports, task, turnId);
    if (turn === undefined) return { type: 'runs-in-other-worker' };
    if (turn.state !== 'interrupted' || number === maxAttempts) return toResult(turn, failure);
  }
}

interface TurnEnd {
  readonly turnId: string;
  readonly failure?: ChatError;
}

async function runToEnd(ports: TaskPorts, request: TurnRequest): Promise<TurnEnd> {
  let end: TurnEnd = { turnId: request.turnId };
  for await (const event of runTurn(ports, request)) {
    if (event.type === 'turn-start') end = { turnId: event.turnId };
    if (event.type === 'error') end = { ...end, failure: event.error };
  }
  return end;
}

/** A task has few attempts, which fit on one page. */
async function findTurn(
  { conversations }: TaskPorts,
  task: Task,
  turnId: string,
): Promise<Turn | undefined> {
  const { items } = await conversations.turns(taskConversation(task), { limit: 20 });
  return items.find((turn) => turn.turnId === turnId);
}

/** Returns the latest turn of a task; undefined while it runs. */
export async function findLastTurn(
  { conversations }: Pick<TurnPorts, 'conversations'>,
  key: TaskKey,
): Promise<Turn | undefined> {
  const conversationKey = taskConversation(key);
  const [page, conversation] = await Promise.all([
    conversations.turns(conversationKey, { limit: 1 }),
    conversations.find(conversationKey),
  ]);
  return conversation?.liveTurn === undefined ? page.items[0] : undefined;
}

function toResult(turn: Turn, failure: ChatError = unknownFailure): AttemptResult {
  const { state, isUnanswered } = turn;
  if (state === 'complete') return { type: 'ended' };
  const { code, message, retryable, retryAfterSeconds: afterSeconds = 0 } = failure;
  const mayRetry = isUnanswered === true && retryable && afterSeconds <= maxLimitSeconds;
  if (!mayRetry) return { type: 'ended', error: { code, message } };
  return { type: 'retry', error: { code, message, isRetryable: true }, afterSeconds };
}

/** For a failed turn that was stored without its error. */
const unknownFailure = new ChatError('internal', 'The answer ended with an error.');

async function finish(
  ports: TaskPorts,
  task: Task,
  error: TaskError | undefined,
): Promise<DeliveryOutcome> {
  const { callback } = task;
  const end: TaskChange = {
    finishedAtMs: ports.clock.now(),
    error,
    state: error === undefined ? 'succeeded' : 'failed',
    // In the same write, so that no callback is lost. Each end has its own attempts.
    ...(callback === undefined
      ? {}
      : { callback: { url: callback.url, state: 'pending', attempts: 0 } as const }),
  };
  const ended = await ports.tasks.change(task, end, { states: ['running'] });
  return ended === undefined ? { type: 'done' } : queueCallback(ports, ended);
}

/** Queues the callback of a task; again if it is unknown whether that was done. */
async function queueCallback({ callbacks }: TaskPorts, task: Task): Promise<DeliveryOutcome> {
  if (task.callback?.state === 'pending') await callbacks.send(task);
  return { type: 'done' };
}
