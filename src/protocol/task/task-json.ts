import { messageText } from '#domain/conversation/message.ts';
import type { Callback, Task } from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';

/** A task as its door shows it; `characters` is how far its answer has come while it runs. */
export function toTaskJson(task: Task, turn: Turn | undefined, characters?: number): object {
  const { taskId, state, createdAtMs, startedAtMs, finishedAtMs, error, callback } = task;
  return {
    task_id: taskId,
    status: state,
    created_at: toTime(createdAtMs),
    ...(startedAtMs === undefined ? {} : { started_at: toTime(startedAtMs) }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(characters === undefined ? {} : { progress: { characters } }),
    ...(turn === undefined ? {} : { result: toResult(turn) }),
    ...(error === undefined ? {} : { error: { code: error.code, detail: error.message } }),
    ...(callback === undefined ? {} : { callback: toCallbackJson(callback) }),
  };
}

/** What came of a task, as far as it got. */
function toResult(turn: Turn): object {
  return {
    response: messageText(turn.answer),
    stop_reason: turn.stopReason ?? null,
    model: turn.modelId,
    usage: turn.usage === undefined ? null : toUsageJson(turn.usage),
    ...toCostJson(turn.cost),
    ...toGroundsJson(turn.answer),
  };
}

function toCallbackJson({ url, state, attempts, problem }: Callback): object {
  return { url, status: state, attempts, ...(problem === undefined ? {} : { problem }) };
}

/** Bodies of callbacks stay below what Standard Webhooks advises, 20 KB. */
const maxCallbackBytes = 20_000;

/**
 * The body of a callback (Standard Webhooks 1.0.0: `type`, `timestamp`, `data`). A result that is
 * too large for it is `null`, and to be had at `GET /tasks/{id}`.
 */
export function toCallbackBody(task: Task, turn: Turn | undefined): string {
  const { taskId, state, finishedAtMs = 0, error } = task;
  const data = {
    task_id: taskId,
    status: state,
    result: turn === undefined ? null : toResult(turn),
    ...(error === undefined ? {} : { error: { code: error.code, detail: error.message } }),
  };
  const message = { type: `task.${state}`, timestamp: toTime(finishedAtMs), data };
  const body = JSON.stringify(message);
  if (new TextEncoder().encode(body).length <= maxCallbackBytes) return body;
  return JSON.stringify({ ...message, data: { ...data, result: null } });
}

function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
