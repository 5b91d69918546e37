import { at, jsonIn } from '#domain/json.ts';
import type { TaskKey } from '#domain/task/task.ts';
import { isIdentifier } from '#protocol/http/identifier.ts';

/** The task that a message of a queue names; undefined for a message that names none. */
export function readTaskMessage(body: string): TaskKey | undefined {
  const message = jsonIn(body);
  const [owner, taskId] = [at(message, ['owner']), at(message, ['task_id'])];
  if (typeof owner !== 'string' || typeof taskId !== 'string' || !isIdentifier(taskId)) {
    return undefined;
  }
  return { owner, taskId };
}
