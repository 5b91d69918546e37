import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import {
  readCallbackEnvironment,
  readRetries,
  readStoreEnvironment,
} from '#aws/composition/environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createSqsTaskQueue } from '#aws/task/sqs-task-queue.ts';
import { createHttpsSender } from '#callbacks/https-sender.ts';
import { deliverCallback } from '#domain/task/deliver-callback.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { handleBatch } from '#lambda/runtime/sqs-batch.ts';
import { readTaskMessage } from '#lambda/task/task-message.ts';
import { toCallbackBody } from '#protocol/task/task-json.ts';

const store = readStoreEnvironment(process.env);
const environment = readCallbackEnvironment(process.env);
const retries = readRetries(process.env);
const table = { client: createDocumentClient(), tableName: store.conversationsTable };
const ports = {
  ...createConversationStorage(store),
  tasks: createDynamoTasks(table),
  sender: createHttpsSender(environment),
  secrets: createDynamoCallbackSecrets(table, systemClock),
  clock: systemClock,
  describe: toCallbackBody,
};

/** The queue of callbacks: each is sent until it is taken, or nobody takes it. */
export const handler = handleBatch({
  hide: createSqsTaskQueue(environment.callbackQueue).hide,
  read: readTaskMessage,
  handle: ({ message: key, count }) =>
    deliverCallback(ports, retries, { key, count, chance: Math.random() }),
});
