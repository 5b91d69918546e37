import { ChatError } from '#domain/errors.ts';
import { hasEnded, isLost, taskConversation, type TaskKey, type Tasks } from '#domain/task/task.ts';
import { deleteConversation } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/**
 * Deletes a task that has ended, with its answer. Its callback is not sent again. Throws `conflict`
 * for any other task. Returns whether there was one.
 */
export async function deleteTask(
  ports: StoragePorts & { readonly tasks: Tasks },
  key: TaskKey,
): Promise<boolean> {
  const task = await ports.tasks.find(key);
  if (task === undefined) return false;
  if (!hasEnded(task) && !isLost(task, ports.clock.now())) throw stillRuns();
  // Before the task: an interrupted deletion can be repeated.
  await deleteConversation(ports, taskConversation(key)).catch((error: unknown) => {
    // It never began, or was deleted before.
    if (!(error instanceof ChatError) || error.code !== 'not_found') throw error;
  });
  // It may have been sent again in the meantime.
  if (!(await ports.tasks.remove(task))) throw stillRuns();
  return true;
}

function stillRuns(): ChatError {
  return new ChatError('conflict', 'The task has not ended. Delete it when it has.');
}
