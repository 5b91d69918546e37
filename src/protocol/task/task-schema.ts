import * as v from 'valibot';
import { count, time } from '#protocol/http/json-schema.ts';
import { failureJson } from '#protocol/http/problem-schema.ts';
import { answerFields } from '#protocol/turn/turn-schema.ts';

const state = v.picklist(['queued', 'running', 'succeeded', 'failed']);

/** A task that was accepted, in the public JSON. */
export const taskAcceptedJson = v.strictObject({ task_id: v.string(), status: state });

const callbackJson = v.strictObject({
  url: v.string(),
  status: v.picklist(['waiting', 'pending', 'delivered', 'failed']),
  attempts: count,
  problem: v.optional(v.string()),
  /** After an attempt has failed: when the next one is made, or later. */
  next_attempt_at: v.optional(time),
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

const taskEntryJson = v.strictObject({
  ...taskAcceptedJson.entries,
  /** The beginning of the prompt. */
  title: v.string(),
  created_at: time,
  started_at: v.optional(time),
  finished_at: v.optional(time),
  error: v.optional(failureJson),
  callback: v.optional(callbackJson),
});

/** A page of tasks in the public JSON. */
export const taskListJson = v.strictObject({
  tasks: v.array(taskEntryJson),
  cursor: v.optional(v.string()),
});

/** The secret that signs callbacks, in the public JSON. */
export const secretJson = v.strictObject({ secret: v.pipe(v.string(), v.startsWith('whsec_')) });

export type TaskAcceptedJson = v.InferOutput<typeof taskAcceptedJson>;
export type TaskEntryJson = v.InferOutput<typeof taskEntryJson>;
export type TaskListJson = v.InferOutput<typeof taskListJson>;
export type TaskJson = v.InferOutput<typeof taskJson>;
