import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoCallbackSecrets } from '#aws/task/dynamo-callback-secrets.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { readTaskEnvironment } from '#aws/composition/environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createSqsTaskQueue } from '#aws/task/sqs-task-queue.ts';
import { answerTasks } from '#lambda/task/answer-tasks.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondBuffered } from '#lambda/runtime/respond-buffered.ts';

const environment = readTaskEnvironment(process.env);
const table = { client: createDocumentClient(), tableName: environment.conversationsTable };
const ports = {
  ...createConversationStorage(environment),
  tasks: createDynamoTasks(table),
  queue: createSqsTaskQueue(environment.taskQueue),
  secrets: createDynamoCallbackSecrets(table, systemClock),
  clock: systemClock,
};
const policy = { ...environment, prices: bedrockPrices, defaultFormat: 'json' } as const;

/** `POST /tasks`, `GET /tasks/{id}`, `GET` and `POST /callback-secret`. */
export const handler = respondBuffered((request, invocation) =>
  answerTasks(ports, policy, { request, invocation }),
);
