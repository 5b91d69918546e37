import { titleOf } from '#domain/conversation/conversation.ts';
import type { Page } from '#domain/conversation/conversations.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import { tryParseJson, valueAt } from '#domain/json.ts';
import type { Callback, Task } from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';
import { toTime } from '#protocol/http/time.ts';
import { toFailureJson } from '#protocol/http/problem.ts';
import type {
  TaskAcceptedJson,
  TaskEntryJson,
  TaskJson,
  TaskListJson,
} from '#protocol/task/task-schema.ts';

/** Returns a task that was accepted, in the public JSON. */
export function toTaskAcceptedJson(task: Task): TaskAcceptedJson {
  return { task_id: task.taskId, status: task.state };
}

/**
 * Returns a task in the public JSON. `characters` is the length of its answer so far, while it
 * runs.
 */
export function toTaskJson(task: Task, turn: Turn | undefined, characters?: number): TaskJson {
  return {
    ...toProgress(task),
    ...(characters === undefined ? {} : { progress: { characters } }),
    ...(turn === undefined ? {} : { result: toResult(turn) }),
  };
}

/** Returns a page of tasks in the public JSON. */
export function toTaskList({ items, cursor }: Page<Task>): TaskListJson {
  const tasks = items.map((task) => ({ ...toProgress(task), title: toTitle(task) }));
  return cursor === undefined ? { tasks } : { tasks, cursor };
}

function toTitle({ request }: Task): string {
  const prompt = valueAt(tryParseJson(request), ['prompt']);
  return titleOf(userMessage(typeof prompt === 'string' ? prompt : ''));
}

function toProgress(task: Task): Omit<TaskEntryJson, 'title'> {
  const { createdAtMs, startedAtMs, finishedAtMs, error, callback } = task;
  return {
    ...toTaskAcceptedJson(task),
    created_at: toTime(createdAtMs),
    ...(startedAtMs === undefined ? {} : { started_at: toTime(startedAtMs) }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
    ...(callback === undefined ? {} : { callback: toCallbackJson(callback) }),
  };
}

function toResult(turn: Turn): NonNullable<TaskJson['result']> {
  return {
    response: messageText(turn.answer),
    stop_reason: turn.stopReason ?? null,
    model: turn.modelId,
    usage: turn.usage === undefined ? null : toUsageJson(turn.usage),
    ...toCostJson(turn.cost),
    ...toGroundsJson(turn.answer),
  };
}

function toCallbackJson(callback: Callback): NonNullable<TaskJson['callback']> {
  const { url, state: status, attempts, problem, waitUntilMs } = callback;
  return {
    url,
    status,
    attempts,
    ...(problem === undefined ? {} : { problem }),
    // Without a problem, it is until when the attempt that is being made can last.
    ...(problem === undefined || waitUntilMs === undefined
      ? {}
      : { next_attempt_at: toTime(waitUntilMs) }),
  };
}

/** Standard Webhooks advises bodies of at most 20 KB. */
const maxCallbackBytes = 20_000;

/**
 * Returns the body of a callback (Standard Webhooks 1.0.0: `type`, `timestamp`, `data`). A result
 * that is too large for it is `null`; `GET /tasks/{id}` returns it.
 */
export function toCallbackBody(task: Task, turn: Turn | undefined): string {
  const { taskId, state: status, finishedAtMs = 0, error } = task;
  const data = {
    task_id: taskId,
    status,
    result: turn === undefined ? null : toResult(turn),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
  };
  const message = { type: `task.${status}`, timestamp: toTime(finishedAtMs), data };
  const body = JSON.stringify(message);
  if (new TextEncoder().encode(body).length <= maxCallbackBytes) return body;
  return JSON.stringify({ ...message, data: { ...data, result: null } });
}
