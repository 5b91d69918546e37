import {
  secretJson,
  taskAcceptedJson,
  taskJson,
  taskListJson,
  type TaskEntryJson,
  type TaskJson,
} from '#protocol/task/task-schema.ts';
import { requestJson, sendDelete, sendJson } from '../requests/request-json.ts';
import type { ListPage } from '../requests/use-pages.ts';

/** Returns one page of tasks, newest first. Throws a `ChatError`. */
export async function listTasks(cursor?: string): Promise<ListPage<TaskEntryJson>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const { tasks, ...page } = await requestJson(taskListJson, `/tasks${query}`);
  return { items: tasks, ...page };
}

/** Returns a task as it is. Throws a `ChatError`. */
export async function readTask(id: string): Promise<TaskJson> {
  return requestJson(taskJson, pathOf(id));
}

/** Deletes a task with its answer. Throws a `ChatError`. */
export async function deleteTask(id: string): Promise<void> {
  return sendDelete(pathOf(id));
}

export interface NewTask {
  readonly prompt: string;
  readonly callbackUrl: string | undefined;
}

/** Queues a task and returns its id. The key makes it the same one if it is sent again. */
export async function submitTask({ prompt, callbackUrl }: NewTask, key: string): Promise<string> {
  const body = { prompt, ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }) };
  return (await sendJson(taskAcceptedJson, '/tasks', { body, key })).task_id;
}

/** Returns the secret that signs the reader's callbacks. Throws a `ChatError`. */
export async function readSecret(): Promise<string> {
  return (await requestJson(secretJson, '/callback-secret')).secret;
}

/** Makes a new secret and returns it. Throws a `ChatError`. */
export async function renewSecret(): Promise<string> {
  return (await sendJson(secretJson, '/callback-secret', { body: {} })).secret;
}

function pathOf(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}
