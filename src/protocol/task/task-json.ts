import * as v from 'valibot';
import { messageText } from '#domain/conversation/message.ts';
import type { Callback, Task } from '#domain/task/task.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';
import { count, time, toTime } from '#protocol/http/json-fields.ts';
import { failureJson, toFailureJson } from '#protocol/http/problem.ts';
import { answerFields } from '#protocol/turn/turn-json.ts';

const state = v.picklist(['queued', 'running', 'succeeded', 'failed']);

/** A task that was accepted, in the public JSON. */
export const taskAcceptedJson = v.strictObject({ task_id: v.string(), status: state });

const callbackJson = v.strictObject({
  url: v.string(),
  status: v.picklist(['waiting', 'pending', 'delivered', 'failed']),
  attempts: count,
  problem: v.optional(v.string()),
});

const resultJson = v.strictObject({ model: v.string(), ...answerFields });

/** A task in the public JSON. */
export const taskJson = v.strictObject({
  ...taskAcceptedJson.entries,
  created_at: time,
  started_at: v.optional(time),
  finished_at: v.optional(time),
  progress: v.optional(v.strictObject({ characters: count })),
  result: v.optional(resultJson),
  error: v.optional(failureJson),
  callback: v.optional(callbackJson),
});

/** The secret that signs callbacks, in the public JSON. */
export const secretJson = v.strictObject({ secret: v.pipe(v.string(), v.startsWith('whsec_')) });

/** Returns a task that was accepted, in the public JSON. */
export function toTaskAcceptedJson(task: Task): v.InferOutput<typeof taskAcceptedJson> {
  return { task_id: task.taskId, status: task.state };
}

/**
 * Returns a task in the public JSON. `characters` is the length of its answer so far, while it
 * runs.
 */
export function toTaskJson(
  task: Task,
  turn: Turn | undefined,
  characters?: number,
): v.InferOutput<typeof taskJson> {
  const { createdAtMs, startedAtMs, finishedAtMs, error, callback } = task;
  return {
    ...toTaskAcceptedJson(task),
    created_at: toTime(createdAtMs),
    ...(startedAtMs === undefined ? {} : { started_at: toTime(startedAtMs) }),
    ...(finishedAtMs === undefined ? {} : { finished_at: toTime(finishedAtMs) }),
    ...(characters === undefined ? {} : { progress: { characters } }),
    ...(turn === undefined ? {} : { result: toResult(turn) }),
    ...(error === undefined ? {} : { error: toFailureJson(error) }),
    ...(callback === undefined ? {} : { callback: toCallbackJson(callback) }),
  };
}

function toResult(turn: Turn): v.InferOutput<typeof resultJson> {
  return {
    response: messageText(turn.answer),
    stop_reason: turn.stopReason ?? null,
    model: turn.modelId,
    usage: turn.usage === undefined ? null : toUsageJson(turn.usage),
    ...toCostJson(turn.cost),
    ...toGroundsJson(turn.answer),
  };
}

function toCallbackJson(callback: Callback): v.InferOutput<typeof callbackJson> {
  const { url, state: status, attempts, problem } = callback;
  return { url, status, attempts, ...(problem === undefined ? {} : { problem }) };
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
