import { withAgents } from '#agents/agents.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { readRetries, readTaskEnvironment } from '#aws/composition/environment.ts';
import { createSqsTaskQueue } from '#aws/task/sqs-task-queue.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { runTask } from '#domain/task/run-task.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { handleBatch } from '#lambda/runtime/sqs-batch.ts';
import { readTaskMessage } from '#lambda/task/task-message.ts';
import { createToolbox } from '#tools/toolbox.ts';
import { toTaskTurn } from '#lambda/task/task-turn.ts';

const environment = readTaskEnvironment(process.env);
const retries = readRetries(process.env);
const table = { client: createDocumentClient(), tableName: environment.conversationsTable };
const toolbox = createToolbox(environment, systemClock);
const ports = {
  ...withAgents(createTurnPorts(environment, systemClock, toolbox), environment.agents),
  tasks: createDynamoTasks(table),
  callbacks: createSqsTaskQueue(environment.callbackQueue),
};
const policy = { ...environment, prices: bedrockPrices, defaultFormat: 'json' } as const;

/** The queue of tasks: each is one turn, however often it is delivered. */
export const handler = handleBatch({
  hide: createSqsTaskQueue(environment.taskQueue).hide,
  read: readTaskMessage,
  handle: ({ message: key, count }, invocation) =>
    runTask(ports, retries, {
      key,
      count,
      chance: Math.random(),
      toTurn: (task, attempt) =>
        toTaskTurn(task, attempt, { policy, invocation, nowMs: systemClock.now() }),
    }),
});
