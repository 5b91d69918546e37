import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerTasks } from '#api/task/answer-tasks.ts';
import { readTaskEnvironment } from '#aws/composition/environment/task-environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { createTaskQueue } from '#aws/task/task-queue.ts';

/** `POST /tasks`, `GET /tasks/{id}`, `GET` and `POST /callback-secret`. */
export function openTasks(variables: Variables, table: Table): Answer {
  const environment = readTaskEnvironment(variables);
  const ports = {
    ...createConversationStorage(table, environment),
    tasks: createDynamoTasks(table),
    queue: createTaskQueue(environment.taskQueue),
    secrets: createDynamoCallbackSecrets(table, systemClock),
    clock: systemClock,
  };
  return (request, invocation) => answerTasks(ports, environment, request, invocation);
}
