import type { TaskKey } from '#domain/task.ts';
import { isIdentifier } from '#protocol/identifier.ts';

/** The task that a message of a queue names; undefined for a message that names none. */
export function readTaskMessage(body: string): TaskKey | undefined {
  const { owner, task_id: taskId } = fieldsIn(body);
  if (typeof owner !== 'string' || typeof taskId !== 'string' || !isIdentifier(taskId)) {
    return undefined;
  }
  return { owner, taskId };
}

/** The members of a JSON object; none where a text holds no such thing. */
export function fieldsIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null
      ? Object.fromEntries(Object.entries(json))
      : {};
  } catch {
    return {};
  }
}
