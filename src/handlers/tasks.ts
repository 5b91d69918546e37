import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { readTaskEnvironment } from '#aws/composition/environment/task-environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createTaskQueue } from '#aws/task/task-queue.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerTasks } from '#api/task/answer-tasks.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const environment = readTaskEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const ports = {
  ...createConversationStorage(table, environment),
  tasks: createDynamoTasks(table),
  queue: createTaskQueue(environment.taskQueue),
  secrets: createDynamoCallbackSecrets(table, systemClock),
  clock: systemClock,
};

/** `POST /tasks`, `GET /tasks/{id}`, `GET` and `POST /callback-secret`. */
export const handler = respondBuffered(createLogSecret(table), (request, invocation) =>
  answerTasks(ports, environment, request, invocation),
);
