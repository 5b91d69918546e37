import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { readStoreEnvironment } from '#aws/composition/environment/storage-environment.ts';
import {
  readCallbackEnvironment,
  readRetries,
} from '#aws/composition/environment/task-environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createHideMessage } from '#aws/task/sqs.ts';
import { createHttpsSender } from '#callbacks/https-sender.ts';
import { deliverCallback } from '#domain/task/deliver-callback.ts';
import { taskConversation } from '#domain/task/task.ts';
import { systemClock } from '#api/http/clock.ts';
import { handleBatch } from '#lambda/sqs-batch.ts';
import { logGivenUp } from '#api/task/log-callback.ts';
import { readTaskMessage } from '#aws/task/task-queue.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { toCallbackBody } from '#protocol/task/task-json.ts';

const store = readStoreEnvironment(process.env);
const environment = readCallbackEnvironment(process.env);
const retries = readRetries(process.env);
const table = openTable(store.conversationsTable);
const ports = {
  ...createConversationStorage(table, store),
  tasks: createDynamoTasks(table),
  sender: createHttpsSender(environment),
  secrets: createDynamoCallbackSecrets(table, systemClock),
  clock: systemClock,
  toBody: toCallbackBody,
  onGivenUp: logGivenUp,
};

/** The queue of callbacks: sends each until the server accepts it or the attempts are used up. */
export const handler = handleBatch(createLogSecret(table), {
  hide: createHideMessage(environment.callbackQueue),
  read: readTaskMessage,
  about: taskConversation,
  handle: ({ message: key, count }) =>
    deliverCallback(ports, retries, { key, count, jitter: Math.random() }),
});
